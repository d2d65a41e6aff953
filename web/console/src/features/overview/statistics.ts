import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";

export type Statistics = Schemas["Statistics"];
export type Series = Schemas["StatisticsSeries"];

/** How far back one looks, and in how many steps. */
export const ranges = {
  "24h": { step: "1h", seconds: 3600, count: 24 },
  "7d": { step: "6h", seconds: 21_600, count: 28 },
  "30d": { step: "1d", seconds: 86_400, count: 30 },
} as const;

export type Range = keyof typeof ranges;

export const rangeOf = (word: string | undefined): Range =>
  word && Object.hasOwn(ranges, word) ? (word as Range) : "24h";

/** Where so many whole steps begin whose last one holds the moment. */
export function beginningOf(range: Range, now: Date): Date {
  const { seconds, count } = ranges[range];
  const last = Math.floor(now.getTime() / 1000 / seconds);
  return new Date((last - count + 1) * seconds * 1000);
}

export const statisticsQuery = (tid: string, aid: string, range: Range) =>
  queryOptions({
    queryKey: keyOf.in(tid, aid, "statistics", range),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/statistics", {
          params: {
            path: { tid, aid },
            query: { from: beginningOf(range, new Date()).toISOString(), step: ranges[range].step },
          },
        }),
      ),
    refetchInterval: 30_000,
  });

/** By which part a figure has changed; undefined where there was nothing before. */
export const change = (now: number, before: number | undefined) => (before ? (now - before) / before : undefined);

export const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/** The marks of a scale from zero: few, even, and round numbers. */
export function marks(highest: number, whole: boolean): number[] {
  const wanted = Math.max(highest, whole ? 1 : 0.1) / 3;
  const magnitude = 10 ** Math.floor(Math.log10(wanted));
  const rounded = [1, 2, 5, 10].map((n) => n * magnitude).find((n) => n >= wanted) ?? wanted;
  const step = whole ? Math.max(1, rounded) : rounded;
  const last = Math.max(1, Math.ceil(highest / step - 1e-9));
  return Array.from({ length: last + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Which of so many points have a label, when no more than so many can. */
export function labelled(points: number, most: number): number[] {
  const every = Math.ceil(points / most);
  return Array.from({ length: points }, (_, i) => i).filter((i) => i % every === 0);
}

/** The busiest series, and all others as one. */
export function busiest(series: Series[], most: number, other: string): Series[] {
  if (series.length <= most) {
    return series;
  }
  const rest = series.slice(most - 1);
  return [
    ...series.slice(0, most - 1),
    {
      name: other,
      total: rest.reduce((sum, s) => sum + s.total, 0),
      counts: (rest[0]?.counts ?? []).map((_, i) => rest.reduce((sum, s) => sum + (s.counts[i] ?? 0), 0)),
    },
  ];
}
