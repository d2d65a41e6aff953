import { describe, expect, it } from "vitest";
import { fieldOf, Problem, sortFindings } from "./problem";

const problem = (errors: { pointer?: string; parameter?: string; detail: string }[]) =>
  new Problem({ code: "validation_failed", errors }, 400);

describe("what the service finds wrong", () => {
  it("stands at its field, also where it lies within it", () => {
    const found = problem([
      { pointer: "/owner/email", detail: "no address" },
      { pointer: "/redirect_uris/0", detail: "no URI" },
    ]);
    expect(sortFindings(found, ["owner.email", "redirect_uris"])).toEqual({
      errors: { "owner.email": [{ at: "", detail: "no address" }], redirect_uris: [{ at: "0", detail: "no URI" }] },
      rest: [],
    });
  });

  it("is never lost: a field has all that is wrong with it, and what has no field stands above", () => {
    const found = problem([
      { pointer: "/scope", detail: "unknown" },
      { pointer: "/scope", detail: "too long" },
      { parameter: "limit", detail: "too large" },
      { detail: "something else" },
    ]);
    expect(sortFindings(found, ["scope"])).toEqual({
      errors: {
        scope: [
          { at: "", detail: "unknown" },
          { at: "", detail: "too long" },
        ],
      },
      rest: [
        { at: "limit", detail: "too large" },
        { at: "", detail: "something else" },
      ],
    });
  });

  it("finds its field below the place where the form stands", () => {
    const found = problem([{ pointer: "/federated_credentials/2/subject", detail: "too open" }]);
    expect(sortFindings(found, ["subject"], "federated_credentials.2").errors).toEqual({
      subject: [{ at: "", detail: "too open" }],
    });
    expect(sortFindings(found, ["subject"], "federated_credentials.1").errors).toEqual({});
  });

  it("unescapes JSON pointers", () => {
    expect(fieldOf("/a~1b/c~0d")).toBe("a/b.c~d");
  });
});
