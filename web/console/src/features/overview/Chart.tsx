import { Text, VisuallyHidden } from "@mantine/core";
import { type PointerEvent, useState } from "react";
import { useLanguage } from "~/app/text";
import { labelled, marks } from "./statistics";

// Columns and lines are all that the overview draws. A library for that comes with
// eleven packages, a Redux store among them; this is one picture of plain SVG,
// whose shapes stretch while its words, which are HTML, do not.

export interface Line {
  name: string;
  label: string;
  /** One for every point; null where there is nothing to say. */
  values: (number | null)[];
  /** Of the colours that series have; by its place where absent. */
  tone?: "good" | "bad";
}

interface ChartProps {
  kind: "columns" | "lines";
  label: string;
  points: string[];
  /** Seconds from one point to the next. */
  step: number;
  lines: Line[];
  /** Values are whole numbers. */
  whole?: boolean;
  unit?: string;
}

const height = 100;
const tone = (line: Line, place: number) => line.tone ?? String((place % 6) + 1);

/** The moments of points, long and short, in the reader's own time. */
function useMoment(step: number) {
  const language = useLanguage();
  const day = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    timeZone: step >= 86_400 ? "UTC" : undefined,
  });
  const time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  const hour = new Intl.DateTimeFormat(language, { hour: "numeric" });
  return {
    short: (at: string) => (step >= 21_600 ? day : step >= 3600 ? hour : time).format(new Date(at)),
    long: (at: string) => {
      const date = new Date(at);
      return step >= 86_400 ? day.format(date) : `${day.format(date)}, ${time.format(date)}`;
    },
  };
}

export function Chart({ kind, label, points, step, lines, whole, unit }: ChartProps) {
  const language = useLanguage();
  const moment = useMoment(step);
  const [at, setAt] = useState<number>();
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: whole ? 0 : 2 });
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 2 });
  const say = (value: number | null | undefined) =>
    value === null || value === undefined ? "–" : `${format.format(value)}${unit ? ` ${unit}` : ""}`;
  const highest = Math.max(
    0,
    ...points.map((_, i) =>
      kind === "columns"
        ? lines.reduce((sum, line) => sum + (line.values[i] ?? 0), 0)
        : Math.max(...lines.map((line) => line.values[i] ?? 0)),
    ),
  );
  const scale = marks(highest, whole ?? false);
  const top = scale.at(-1) ?? 1;
  const y = (value: number) => height - (value / top) * height;
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const found = Math.floor(((event.clientX - box.left) / box.width) * points.length);
    setAt(found >= 0 && found < points.length ? found : undefined);
  };
  return (
    <figure className="chart">
      <ul className="chart-legend" aria-hidden="true">
        {lines.map((line, place) => (
          <li key={line.name}>
            <span className="chart-key" data-tone={tone(line, place)} />
            {line.label}
          </li>
        ))}
      </ul>
      <div className="chart-frame" aria-hidden="true">
        <div className="chart-scale">
          {scale.map((value) => (
            <span key={value} style={{ top: `${y(value)}%` }}>
              {compact.format(value)}
            </span>
          ))}
        </div>
        <div className="chart-plot" onPointerMove={point} onPointerDown={point} onPointerLeave={() => setAt(undefined)}>
          <svg
            viewBox={`0 0 ${points.length} ${height}`}
            preserveAspectRatio="none"
            focusable="false"
            aria-hidden="true"
          >
            {scale.map((value) => (
              <path key={value} className="chart-grid" d={`M0 ${y(value)}H${points.length}`} />
            ))}
            {at !== undefined && <rect className="chart-at" x={at} y="0" width="1" height={height} />}
            {kind === "columns" ? (
              <Columns lines={lines} points={points.length} y={y} />
            ) : (
              lines.map((line, place) => (
                <g key={line.name} data-tone={tone(line, place)}>
                  <path className="chart-line" d={pathOf(line.values, y)} />
                  <path className="chart-dot" d={dotsOf(line.values, y)} />
                </g>
              ))
            )}
          </svg>
          {at !== undefined && points[at] && (
            <div
              className="chart-tip"
              data-side={at * 2 < points.length ? "right" : "left"}
              style={{ insetInlineStart: `${((at + 0.5) / points.length) * 100}%` }}
            >
              <Text size="xs" c="dimmed">
                {moment.long(points[at])}
              </Text>
              {lines.map((line, place) => (
                <div key={line.name}>
                  <span className="chart-key" data-tone={tone(line, place)} />
                  <span>{line.label}</span>
                  <b>{say(line.values[at])}</b>
                </div>
              ))}
            </div>
          )}
        </div>
        <div className="chart-axis">
          {labelled(points.length, 6).map((i) => (
            <span key={i} style={{ insetInlineStart: `${((i + 0.5) / points.length) * 100}%` }}>
              {moment.short(points[i] ?? "")}
            </span>
          ))}
        </div>
      </div>
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <td />
              {lines.map((line) => (
                <th key={line.name} scope="col">
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map((at, i) => (
              <tr key={at}>
                <th scope="row">{moment.long(at)}</th>
                {lines.map((line) => (
                  <td key={line.name}>{say(line.values[i])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}

function Columns({ lines, points, y }: { lines: Line[]; points: number; y: (value: number) => number }) {
  const below = Array.from({ length: points }, () => 0);
  return lines.map((line, place) => (
    <g key={line.name} className="chart-columns" data-tone={tone(line, place)}>
      {line.values.map((value, i) => {
        const low = below[i] ?? 0;
        const high = low + (value ?? 0);
        below[i] = high;
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
        return value ? <rect key={i} x={i + 0.14} width="0.72" y={y(high)} height={y(low) - y(high)} /> : null;
      })}
    </g>
  ));
}

const fixed = (n: number) => Number(n.toFixed(2));

/** A line that breaks where nothing is known. */
export function pathOf(values: (number | null)[], y: (value: number) => number): string {
  return values
    .map((value, i) =>
      value === null ? "" : `${i > 0 && values[i - 1] !== null ? "L" : "M"}${i + 0.5} ${fixed(y(value))}`,
    )
    .join("");
}

/** What no line would show: values without a neighbour. */
export function dotsOf(values: (number | null)[], y: (value: number) => number): string {
  const known = (i: number) => (values[i] ?? null) !== null;
  return values
    .map((value, i) => (value === null || known(i - 1) || known(i + 1) ? "" : `M${i + 0.5} ${fixed(y(value))}h0`))
    .join("");
}
