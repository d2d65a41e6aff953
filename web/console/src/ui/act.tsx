import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Icon } from "./Icon";

/** A word that goes away by itself, and so needs no button. */
export function tell(message: string) {
  notifications.show({
    message,
    icon: <Icon name="check" size={16} />,
    color: "green",
    autoClose: 3500,
    withCloseButton: false,
  });
}

/** One write: afterwards everything under the keys is read anew. */
export function useAct<V = void, R = unknown>(
  run: (values: V) => Promise<R>,
  after: { stale?: readonly (readonly unknown[])[]; done?: (result: R, values: V) => void; say?: string } = {},
) {
  const queries = useQueryClient();
  return useMutation<R, Error, V>({
    mutationFn: run,
    onSuccess: async (result, values) => {
      for (const queryKey of after.stale ?? []) {
        void queries.invalidateQueries({ queryKey });
      }
      if (after.say) {
        tell(after.say);
      }
      after.done?.(result, values);
    },
  });
}
