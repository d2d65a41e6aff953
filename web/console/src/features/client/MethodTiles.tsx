import { Badge, Group, Text, UnstyledButton } from "@mantine/core";
import { useText } from "~/app/text";
import { isMethod, methodText, strengthOf } from "./methods";
import { Strength } from "./Strength";

/** The methods to choose from, each in words and with its strength. */
export function MethodTiles({
  label,
  methods,
  value,
  onChange,
}: {
  label: string;
  methods: string[];
  value: string;
  onChange: (method: string) => void;
}) {
  const t = useText(methodText);
  const best = methods
    .filter(isMethod)
    .reduce<string | undefined>(
      (b, m) => (b === undefined || strengthOf[m] > strengthOf[b as keyof typeof strengthOf] ? m : b),
      undefined,
    );
  return (
    <div>
      <Text size="sm" fw={500} mb={6} id="method-tiles">
        {label}
      </Text>
      <div className="tiles" role="radiogroup" aria-labelledby="method-tiles">
        {methods.map((method) => (
          <UnstyledButton
            key={method}
            role="radio"
            aria-checked={value === method}
            className="tile"
            onClick={() => onChange(method)}
          >
            <span>
              <Text fw={600}>{isMethod(method) ? t(method) : method}</Text>
              <Group gap="sm" component="span">
                <Strength method={method} />
                {method === best && methods.length > 1 && <Badge size="sm">{t("recommended")}</Badge>}
              </Group>
              {isMethod(method) && (
                <Text size="sm" c="dimmed" mt={6}>
                  {t(`${method}_body`)}
                </Text>
              )}
              <Text className="row-sub" mt={6}>
                {method}
              </Text>
            </span>
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}
