import { Badge, Group, Text } from "@mantine/core";
import { useText } from "~/app/text";
import { RadioTiles } from "~/ui/RadioTiles";
import { isMethod, methodText, strengthOf } from "./methods";
import { Strength } from "./Strength";

/**
 * The methods to choose from, each in words and with its strength. Whoever is
 * starting is told what is quickest and what is strongest, and has the choice;
 * whoever changes is recommended the strongest.
 */
export function MethodTiles({
  label,
  methods,
  value,
  onChange,
  starting,
}: {
  label: string;
  methods: string[];
  value: string;
  onChange: (method: string) => void;
  starting?: boolean;
}) {
  const t = useText(methodText);
  const strongest = methods.find((method) => isMethod(method) && strengthOf[method] === 4);
  const praise = (method: string) => {
    if (starting && method === "client_secret_basic") {
      return t("quickest");
    }
    return method === strongest && methods.length > 1 ? t(starting ? "strongest" : "recommended") : undefined;
  };
  return (
    <RadioTiles
      label={label}
      description={starting && strongest && t("startingHelp")}
      options={methods}
      value={value}
      onChange={onChange}
    >
      {(method) => (
        <span>
          <Text fw={600}>{isMethod(method) ? t(method) : method}</Text>
          <Group gap="sm" component="span">
            <Strength method={method} />
            {praise(method) && <Badge size="sm">{praise(method)}</Badge>}
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
      )}
    </RadioTiles>
  );
}
