import { Anchor, Button, Group, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useSession } from "~/api/session";
import { useText } from "~/app/text";
import { Code } from "~/ui/Code";
import { Icon, type IconName } from "~/ui/Icon";
import { frontText } from "./frontText";
import { Public } from "./Public";

const points: { icon: IconName; key: "one" | "two" | "three" }[] = [
  { icon: "cube", key: "one" },
  { icon: "shield", key: "two" },
  { icon: "explain", key: "three" },
];

export function Front() {
  const t = useText(frontText);
  const session = useSession();
  const signedIn = session.tenants.find((tenant) => tenant.signed_in);
  const request = `curl ${session.public_url}/acme/default/oauth2/token \\
  -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -d grant_type=client_credentials`;
  const answer = `{
  "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…",
  "token_type": "Bearer",
  "expires_in": 3600,
  "scope": "orders:read"
}`;
  return (
    <Public
      end={
        <Button
          variant="subtle"
          px="xs"
          renderRoot={(props) => <Link {...props} to={signedIn ? "/console" : "/console/sign-in"} search={{}} />}
        >
          {signedIn ? t("toConsole") : t("signIn")}
        </Button>
      }
    >
      <section className="hero">
        <div>
          <Title order={1}>{t("heading")}</Title>
          <p className="hero-lead">{t("lead")}</p>
          <Group gap="sm" mt="xl">
            {session.registration !== "closed" && (
              <Button
                size="md"
                rightSection={<Icon name="arrow" size={16} />}
                renderRoot={(props) => <Link {...props} to="/console/register" search={{}} />}
              >
                {t("register")}
              </Button>
            )}
            <Button size="md" variant="default" component="a" href="/docs">
              {t("docs")}
            </Button>
          </Group>
        </div>
        <div className="hero-code">
          {/* Without colours: their tables would be a sixth of what a visitor loads. */}
          <Code code={request} label={t("asCode")} />
          <Code code={answer} label="200 OK" plain />
        </div>
      </section>
      <section className="points">
        {points.map(({ icon, key }) => (
          <div key={key}>
            <span className="tile-icon">
              <Icon name={icon} size={20} />
            </span>
            <Title order={2}>{t(`${key}Title`)}</Title>
            <p>{t(`${key}Body`)}</p>
          </div>
        ))}
      </section>
      <footer className="public-foot">
        <Anchor size="sm" c="dimmed" href="/api/v1/openapi.yaml">
          OpenAPI
        </Anchor>
      </footer>
    </Public>
  );
}
