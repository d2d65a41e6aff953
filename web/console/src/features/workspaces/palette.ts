import tokens from "../../../../tokens.json";

/** A brand colour made usable on the surfaces of one mode, as #rrggbb. */
export type Accent = { Fill: string; Hover: string; Edge: string; Text: string; On: string };
export type Palette = { Light: Accent; Dark: Accent };

type Rgb = readonly [number, number, number];

// The limits of the end users' pages, whose table both sides are held to.
const textContrast = 4.5;
const edgeContrast = 3;
const greySaturation = 0.15;
const greyContrast = 9;

const parse = (color: string): Rgb => {
  const n = Number.parseInt(color.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
};

const hex = (c: Rgb) => `#${c.map((v) => v.toString(16).padStart(2, "0")).join("")}`;

/** Relative luminance of WCAG 2.2. */
const luminance = (c: Rgb) => {
  const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: Rgb, b: Rgb) => {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};

/** Hue from 0 to 6, saturation and lightness from 0 to 1. */
const hsl = (c: Rgb): readonly [number, number, number] => {
  const [r, g, b] = [c[0] / 255, c[1] / 255, c[2] / 255];
  const [hi, lo] = [Math.max(r, g, b), Math.min(r, g, b)];
  const [d, l] = [hi - lo, (hi + lo) / 2];
  if (d === 0) return [0, 0, l];
  const s = d / (1 - Math.abs(2 * l - 1));
  if (hi === r) return [((g - b) / d + 6) % 6, s, l];
  return hi === g ? [(b - r) / d + 2, s, l] : [(r - g) / d + 4, s, l];
};

const withLightness = (c: Rgb, lightness: number): Rgb => {
  const [h, s] = hsl(c);
  const l = Math.min(Math.max(lightness, 0), 1);
  const chroma = (1 - Math.abs(2 * l - 1)) * s;
  const x = chroma * (1 - Math.abs((h % 2) - 1));
  const sextants: Rgb[] = [
    [chroma, x, 0],
    [x, chroma, 0],
    [0, chroma, x],
    [0, x, chroma],
    [x, 0, chroma],
    [chroma, 0, x],
  ];
  const parts = sextants[Math.min(Math.floor(h), 5)] as Rgb;
  const byte = (v: number) => Math.round(Math.min(Math.max(v + l - chroma / 2, 0), 1) * 255);
  return [byte(parts[0]), byte(parts[1]), byte(parts[2])];
};

/** Moves the lightness until the contrast with every surface is enough. */
const against = (color: Rgb, want: number, lighter: boolean, surfaces: Rgb[]) => {
  const step = lighter ? 0.01 : -0.01;
  let c = color;
  for (let l = hsl(c)[2]; ; l += step) {
    if (surfaces.every((s) => contrast(c, s) >= want) || l < 0 || l > 1) return c;
    c = withLightness(c, l + step);
  }
};

const accent = (brand: Rgb, night: boolean): Accent => {
  const { canvas, surface, sunken } = tokens.color[night ? "dark" : "light"];
  const surfaces = [canvas, surface, sunken].map(parse);
  let fill = brand;
  if (hsl(brand)[1] < greySaturation) fill = against(brand, greyContrast, night, surfaces);
  else if (night) fill = against(brand, edgeContrast, true, surfaces);
  const light = contrast(fill, [255, 255, 255]) >= textContrast;
  return {
    Fill: hex(fill),
    Hover: hex(withLightness(fill, hsl(fill)[2] + (light ? -0.06 : 0.06))),
    Edge: hex(against(fill, edgeContrast, night, surfaces)),
    Text: hex(against(brand, textContrast, night, surfaces)),
    On: light ? "#ffffff" : "#000000",
  };
};

/** What the pages of end users make of a brand colour; nothing where it is none. */
export const paletteOf = (color: string): Palette | undefined =>
  /^#[0-9a-f]{6}$/i.test(color) ? { Light: accent(parse(color), false), Dark: accent(parse(color), true) } : undefined;
