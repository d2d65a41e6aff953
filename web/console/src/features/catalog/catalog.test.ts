import { describe, expect, it } from "vitest";
import { bodyOf, formOf, withScopes } from "./serviceForm";

describe("an API", () => {
  const values = {
    ...formOf(),
    audience: "https://api.example",
    scopes: ["orders:read"],
    fresh: [
      { name: " orders:write ", description: "Change your orders" },
      { name: "", description: "no name, no scope" },
      { name: "orders:read", description: "" },
    ],
    askers: ["app"],
  };

  it("brings the scopes that are made with it, each once", () => {
    expect(bodyOf(values)).toEqual({
      name: "",
      audience: "https://api.example",
      scopes: ["orders:read", "orders:write"],
      client_ids: [],
    });
  });

  it("adds to what an application may ask for, and takes nothing away", () => {
    expect(withScopes("openid orders:read", ["orders:read", "orders:write"])).toBe("openid orders:read orders:write");
    expect(withScopes("", ["orders:read"])).toBe("orders:read");
  });
});
