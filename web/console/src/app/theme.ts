import {
  Alert,
  Anchor,
  Badge,
  Button,
  type CSSVariablesResolver,
  createTheme,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  Switch,
  Tooltip,
} from "@mantine/core";
import tokens from "../../../tokens.json";

const { light, dark } = tokens.color;

// Mantine wants ten shades of each colour. The outer ones are read nowhere in
// the console: every variable that shows one is pointed at a token below.
const accent: MantineColorsTuple = [
  "#eef1fd", "#dfe5fb", "#bfcaf6", dark["accent-text"], "#7389f0",
  dark.accent, light.accent, light.accent, light["accent-hover"], "#1d2f88",
]; // biome-ignore format: ten shades in two lines

// The greys of components that know no better, by the same tokens.
const grays: MantineColorsTuple = [
  light.sunken, light.canvas, light.border, light.border, light["border-strong"],
  light["border-strong"], light["text-muted"], light["text-muted"], light.text, light.text,
]; // biome-ignore format: ten shades in two lines
const night: MantineColorsTuple = [
  dark.text, dark.text, dark["text-muted"], dark["border-strong"], dark.border,
  dark.sunken, dark.surface, dark.surface, dark.canvas, dark.canvas,
]; // biome-ignore format: ten shades in two lines

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 5 },
  colors: { accent, gray: grays, dark: night },
  fontFamily: tokens.font.sans,
  fontFamilyMonospace: tokens.font.mono,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  radius: { sm: tokens.radius.sm, md: "0.5rem", lg: tokens.radius.lg, xl: tokens.radius.xl },
  headings: {
    fontWeight: tokens.weight.bold,
    sizes: {
      h1: { fontSize: "1.625rem", lineHeight: "1.25" },
      h2: { fontSize: "1.125rem", lineHeight: "1.35" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  components: {
    // The placeholder is a child that a menu may not have; the first item takes the focus instead.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Button: Button.extend({ defaultProps: { size: "sm" } }),
    InputWrapper: InputWrapper.extend({
      defaultProps: { inputWrapperOrder: ["label", "description", "input", "error"] },
    }),
    Modal: Modal.extend({
      defaultProps: { centered: true, radius: "lg", padding: "lg", overlayProps: { backgroundOpacity: 0.45 } },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, events: { hover: true, focus: true, touch: true } } }),
    Switch: Switch.extend({ defaultProps: { withThumbIndicator: false } }),
    Badge: Badge.extend({ defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 600 } }),
    Anchor: Anchor.extend({ defaultProps: { underline: "not-hover" } }),
    Alert: Alert.extend({ defaultProps: { radius: "md" } }),
  },
});

const tone = (name: string, token: "danger" | "warning" | "success") => ({
  [`--mantine-color-${name}-filled`]: token === "danger" ? light.danger : `var(--color-${token})`,
  [`--mantine-color-${name}-filled-hover`]: `color-mix(in srgb, ${token === "danger" ? light.danger : `var(--color-${token})`} 88%, black)`,
  [`--mantine-color-${name}-light`]: `var(--color-${token}-surface)`,
  [`--mantine-color-${name}-light-hover`]: `var(--color-${token}-border)`,
  [`--mantine-color-${name}-light-color`]: `var(--color-${token})`,
  [`--mantine-color-${name}-outline`]: `var(--color-${token})`,
  [`--mantine-color-${name}-text`]: `var(--color-${token})`,
  [`--mantine-color-${name}-6`]: `var(--color-${token})`, // what items of menus take
});

// The tokens speak; Mantine's own variables only repeat them.
export const variables: CSSVariablesResolver = () => {
  const scheme = {
    "--mantine-color-body": "var(--color-surface)",
    "--mantine-color-text": "var(--color-text)",
    "--mantine-color-bright": "var(--color-text)",
    "--mantine-color-dimmed": "var(--color-text-muted)",
    "--mantine-color-placeholder": "var(--color-text-muted)",
    "--mantine-color-anchor": "var(--color-accent-text)",
    "--mantine-color-error": "var(--color-danger)",
    "--mantine-color-default": "var(--color-surface)",
    "--mantine-color-default-hover": "var(--color-sunken)",
    "--mantine-color-default-color": "var(--color-text)",
    "--mantine-color-default-border": "var(--color-border)",
    "--mantine-color-disabled": "var(--color-sunken)",
    "--mantine-color-disabled-color": "var(--color-text-muted)",
    "--mantine-color-disabled-border": "var(--color-border)",
    "--mantine-primary-color-filled": "var(--color-accent)",
    "--mantine-primary-color-filled-hover": "var(--color-accent-hover)",
    "--mantine-primary-color-contrast": "var(--color-on-accent)",
    "--mantine-color-accent-filled": "var(--color-accent)",
    "--mantine-color-accent-filled-hover": "var(--color-accent-hover)",
    "--mantine-color-accent-text": "var(--color-accent-text)",
    "--mantine-color-accent-light": "color-mix(in srgb, var(--color-accent) 12%, transparent)",
    "--mantine-color-accent-light-hover": "color-mix(in srgb, var(--color-accent) 18%, transparent)",
    "--mantine-color-accent-light-color": "var(--color-accent-text)",
    ...tone("red", "danger"),
    ...tone("yellow", "warning"),
    ...tone("green", "success"),
    "--mantine-color-gray-light": "var(--color-sunken)",
    "--mantine-color-gray-light-hover": "var(--color-border)",
    "--mantine-color-gray-light-color": "var(--color-text-muted)",
    "--mantine-color-gray-text": "var(--color-text-muted)",
  };
  return { variables: {}, light: scheme, dark: scheme };
};
