import { ActionIcon, Menu } from "@mantine/core";
import { Icon } from "~/ui/Icon";

/** What can be done with one row. */
export function RowActions({
  name,
  items,
}: {
  name: string;
  items: { label: string; run: () => void; danger?: boolean }[];
}) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${name}: …`}>
          <Icon name="dots" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => (
          <Menu.Item key={item.label} color={item.danger ? "red" : undefined} onClick={item.run}>
            {item.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
