// Later browsers claim to be earlier ones as well, so the order matters.
const browsers: [string, string][] = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["SamsungBrowser/", "Samsung Internet"],
  ["Firefox/", "Firefox"],
  ["FxiOS/", "Firefox"],
  ["CriOS/", "Chrome"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
  ["curl/", "curl"],
];
const systems: [string, string][] = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["CrOS", "ChromeOS"],
  ["Macintosh", "Mac"],
  ["Linux", "Linux"],
];

/** The browser and the system that a User-Agent header names, empty where it names none. */
export function deviceOf(userAgent: string): { browser: string; system: string } {
  const first = (table: [string, string][]) => table.find(([mark]) => userAgent.includes(mark))?.[1] ?? "";
  return { browser: first(browsers), system: first(systems) };
}
