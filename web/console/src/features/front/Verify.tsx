import { Alert, Button, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { loginURL } from "~/api/session";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { ProblemAlert } from "~/ui/Problem";
import { frontText } from "./frontText";
import { codeOfLink } from "./link";
import { Public } from "./Public";

/**
 * Where the link in a mail leads that proves an address. It waits for a click:
 * programs open links too, and they should verify nothing.
 */
export function Verify() {
  const t = useText(frontText);
  const { tid = "" } = useSearch({ from: "/console/verify" });
  const token = codeOfLink();
  const verify = useMutation({
    mutationFn: () => take(api.POST("/tenants/{tid}/verify", { params: { path: { tid } }, body: { token } })),
    onSuccess: () => window.location.assign(loginURL(tid, `/console/${tid}/welcome`)),
  });
  return (
    <Public title={t("verifyPageTitle")}>
      <div className="sheet">
        <div className="sheet-card">
          <Title order={1}>{t("verifyPageTitle")}</Title>
          {tid && token ? (
            <Stack gap="md" mt={4}>
              <Text c="dimmed">{t("verifyPageLead", { tid })}</Text>
              {verify.error && <ProblemAlert error={verify.error} />}
              <Button
                size="md"
                fullWidth
                loading={verify.isPending || verify.isSuccess}
                onClick={() => verify.mutate()}
              >
                {t("verifyPageDo")}
              </Button>
            </Stack>
          ) : (
            <Alert className="warn" icon={<Icon name="info" />} mt="md">
              {t("verifyPageMissing")}
            </Alert>
          )}
        </div>
      </div>
    </Public>
  );
}
