import type { IconName } from "~/ui/Icon";

/** The sign of an outcome. */
export const marks: Record<string, IconName> = { pass: "check", warn: "warning", fail: "close", skipped: "dots" };
