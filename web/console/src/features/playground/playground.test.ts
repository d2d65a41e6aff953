import { describe, expect, it } from "vitest";
import { answerIn, extraOf, fieldsOf, isFor, messageOf, queryOf, throwAway } from "./authorization";

describe("an authorization request", () => {
  it("leaves out what is empty, and says each resource by itself", () => {
    const fields = fieldsOf({ client_id: "a b", prompt: "", resource: "https://a https://b" }, [
      { name: "max_age", value: "" },
    ]);
    expect(queryOf(fields)).toBe("client_id=a+b&resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb&max_age=");
  });

  it("may say more, even the same again", () => {
    expect(extraOf('ui_locales=de\n\nclaims={"a":"b=c"}\nui_locales=en')).toEqual([
      { name: "ui_locales", value: "de" },
      { name: "claims", value: '{"a":"b=c"}' },
      { name: "ui_locales", value: "en" },
    ]);
    expect(extraOf("nothing")).toBeNull();
    expect(extraOf("=x")).toBeNull();
  });
});

describe("a throw-away application", () => {
  it("for people is public and comes back to the playground", () => {
    expect(throwAway("authorization_code", "https://id.example", [])).toMatchObject({
      token_endpoint_auth_method: "none",
      redirect_uris: ["https://id.example/console/playground/callback"],
    });
  });

  it("for itself has a secret, by a method that the workspace allows", () => {
    expect(throwAway("client_credentials", "https://id.example", ["private_key_jwt", "client_secret_post"])).toEqual({
      client_name: "Playground",
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_post",
    });
  });
});

describe("an answer that arrives in another window", () => {
  const answer = { kind: "answer", window: "w1", answer: "code=c&state=s" } as const;

  it("is for the page that opened the window, or that sent its state", () => {
    expect(isFor(answer, "w1", "")).toBe(true);
    expect(isFor(answer, "w2", "s")).toBe(true);
    expect(isFor(answer, "w2", "t")).toBe(false);
    expect(isFor({ ...answer, answer: "code=c" }, "w2", "")).toBe(false);
  });

  it.each([
    null,
    "x",
    {},
    { kind: "answer", window: "w" },
    { kind: "else", window: "w" },
    { kind: "answer", window: 1, answer: "" },
    { kind: "answer", window: "w", answer: "x".repeat(40_000) },
  ])("is not what says %j", (data) => {
    expect(messageOf(data)).toBeNull();
  });

  it("is read from the query, or from the fragment", () => {
    expect(messageOf(answer)).toEqual(answer);
    expect(answerIn("https://id.example/console/playground/callback?code=1e3&state=a%2Bb")).toBe(
      "code=1e3&state=a%2Bb",
    );
    expect(answerIn("https://id.example/console/playground/callback#error=x")).toBe("error=x");
    expect(answerIn("https://id.example/console/playground/callback")).toBe("");
  });
});
