import { Button, CloseButton, Group, Skeleton, Table, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useText } from "~/app/text";
import { Icon } from "./Icon";
import { Empty } from "./Page";
import { ProblemAlert } from "./Problem";
import { uiText } from "./words";

export interface PageOf<T> {
  items: T[];
  next_cursor?: string | null;
}

/** A list of the service, page after page, as far as it was asked for. */
export function usePages<T>(
  key: readonly unknown[],
  ask: (cursor: string | undefined) => Promise<PageOf<T>>,
  every?: number,
) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: every ?? false,
    placeholderData: (before) => before,
  });
}

export type Pages<T> = UseInfiniteQueryResult<{ pages: PageOf<T>[] }, Error>;

export const itemsOf = <T,>(pages: Pages<T>) => pages.data?.pages.flatMap((page) => page.items);

export interface Column<T> {
  head: string;
  cell: (item: T) => ReactNode;
  /** Columns without a visible head still have a name for screen readers. */
  quiet?: boolean;
  width?: number | string;
}

interface ListProps<T> {
  label: string;
  of: Pages<T>;
  columns: Column<T>[];
  id: (item: T) => string;
  empty: ReactNode;
  /** What is said in place of empty while only a part was asked for, and how to ask for all again. */
  filtered?: { title: string; clear: string; onClear: () => void };
  search?: { value: string; onChange: (q: string) => void; placeholder: string };
  tools?: ReactNode;
}

export function List<T>({ label, of, columns, id, empty, filtered, search, tools }: ListProps<T>) {
  const t = useText(uiText);
  const items = itemsOf(of);
  const narrowed = search?.value
    ? { title: t("noMatch", { q: search.value }), clear: t("clearSearch"), onClear: () => search.onChange("") }
    : filtered;
  return (
    <div className="card card-flush">
      {(search || tools) && (
        <Group className="list-tools" gap="sm">
          {search && <Search {...search} />}
          {tools}
        </Group>
      )}
      {of.error && !items ? (
        <div className="list-note">
          <ProblemAlert error={of.error} onRetry={() => void of.refetch()} />
        </div>
      ) : items?.length === 0 ? (
        narrowed ? (
          <Empty
            icon="search"
            title={narrowed.title}
            action={
              <Button variant="default" onClick={narrowed.onClear}>
                {narrowed.clear}
              </Button>
            }
          />
        ) : (
          empty
        )
      ) : (
        <Table.ScrollContainer minWidth={0} type="native">
          <Table
            className="list"
            aria-label={label}
            aria-busy={of.isFetching}
            highlightOnHover
            verticalSpacing="sm"
            horizontalSpacing="md"
          >
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column.head} w={column.width} scope="col">
                    {column.quiet ? <VisuallyHidden>{column.head}</VisuallyHidden> : column.head}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items
                ? items.map((item) => (
                    <Table.Tr key={id(item)}>
                      {columns.map((column) => (
                        <Table.Td key={column.head} data-head={column.quiet ? undefined : column.head}>
                          {column.cell(item)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))
                : ["a", "b", "c", "d"].map((row) => (
                    <Table.Tr key={row}>
                      {columns.map((column, i) => (
                        <Table.Td key={column.head}>
                          {i < 3 && <Skeleton height={14} width={i === 0 ? "60%" : "40%"} />}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <NextPage of={of} />
    </div>
  );
}

/** What leads on, where there is more. */
export function NextPage<T>({ of }: { of: Pages<T> }) {
  const t = useText(uiText);
  return of.hasNextPage ? (
    <Group justify="center" p="sm" className="list-more">
      <Button variant="subtle" loading={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
        {t("more")}
      </Button>
    </Group>
  ) : null;
}

function Search({
  value,
  onChange,
  placeholder,
}: {
  value: string;
  onChange: (q: string) => void;
  placeholder: string;
}) {
  const t = useText(uiText);
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const settle = useDebouncedCallback(onChange, 250);
  return (
    <TextInput
      type="search"
      aria-label={placeholder}
      placeholder={placeholder}
      value={typed}
      maxLength={128}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        settle(event.currentTarget.value);
      }}
      leftSection={<Icon name="search" size={16} />}
      rightSection={typed ? <CloseButton size="sm" aria-label={t("clearSearch")} onClick={() => onChange("")} /> : null}
      className="list-search"
    />
  );
}
