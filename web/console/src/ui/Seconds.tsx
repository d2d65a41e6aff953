import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useDuration } from "./time";

/** A lifetime in seconds, said in words beside it. */
export function Seconds({ value, ...props }: Omit<NumberInputProps, "value"> & { value?: number | string | null }) {
  const say = useDuration();
  const seconds = typeof value === "number" ? value : Number(value);
  return (
    <NumberInput
      allowDecimal={false}
      allowNegative={false}
      hideControls
      value={value ?? ""}
      rightSection={
        value !== "" && value != null && Number.isFinite(seconds) && seconds > 0 ? (
          <span className="seconds-words">{say(seconds)}</span>
        ) : null
      }
      rightSectionWidth={110}
      {...props}
    />
  );
}
