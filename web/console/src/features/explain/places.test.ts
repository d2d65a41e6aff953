import { expect, it } from "vitest";
import { germanNames } from "./germanChecks";
import { placeOf, places } from "./places";

it("leads from a check to the field that it is about", () => {
  expect(placeOf("redirect URI registered")).toEqual({ page: "client", field: "redirect_uris" });
  expect(placeOf("resource known")).toEqual({ page: "services", reach: { page: "client", field: "scope" } });
  expect(placeOf("assertion signature verifies")).toEqual({ page: "proof" });
  expect(placeOf("PKCE verifier matches")).toBeUndefined();
});

// The German words are held against the service's sources; so these names are too.
it.each(Object.keys(places))("knows %j from the service", (name) => {
  expect(germanNames).toHaveProperty([name]);
});
