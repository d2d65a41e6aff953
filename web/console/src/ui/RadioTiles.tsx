import { Radio, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";

interface RadioTilesProps<V extends string> {
  label: string;
  /** Whether the label is said already, by the heading above. */
  labelled?: boolean;
  description?: ReactNode;
  options: readonly V[];
  value: V | null;
  onChange: (value: V) => void;
  children: (option: V) => ReactNode;
}

/** One choice out of several that want explaining. The group is one stop of the Tab key, and the arrows move in it. */
export function RadioTiles<V extends string>({
  label,
  labelled,
  description,
  options,
  value,
  onChange,
  children,
}: RadioTilesProps<V>) {
  const stop = options.find((option) => option === value) ?? options[0];
  return (
    <Radio.Group
      label={labelled ? <VisuallyHidden>{label}</VisuallyHidden> : label}
      description={description}
      value={value}
      onChange={(next) => onChange(next as V)}
      className="radio-tiles"
      labelProps={labelled ? { pos: "absolute" } : undefined}
    >
      <div className="tiles">
        {options.map((option) => (
          <Radio.Card key={option} value={option} className="tile" tabIndex={option === stop ? 0 : -1}>
            {children(option)}
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
