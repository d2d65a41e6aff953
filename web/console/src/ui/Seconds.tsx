import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useDuration } from "./time";

interface SecondsProps extends Omit<NumberInputProps, "value"> {
  value?: number | string | null;
  /** What holds where the field is empty. */
  inherited?: number;
}

/** A lifetime in seconds, said in words beside it. */
export function Seconds({ value, inherited, ...props }: SecondsProps) {
  const say = useDuration();
  const seconds = value === "" || value == null ? inherited : Number(value);
  return (
    <NumberInput
      allowDecimal={false}
      allowNegative={false}
      hideControls
      value={value ?? ""}
      placeholder={inherited === undefined ? undefined : String(inherited)}
      rightSection={
        seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? (
          <span className="seconds-words">{say(seconds)}</span>
        ) : null
      }
      rightSectionWidth={110}
      {...props}
    />
  );
}
