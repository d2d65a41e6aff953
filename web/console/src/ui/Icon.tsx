// One set of strokes on a 24 pixel grid; the console draws its icons itself.
const shapes = {
  apps: "M4 4h7v7H4z M13 4h7v7h-7z M4 13h7v7H4z M16.5 13v7 M13 16.5h7",
  arrow: "M5 12h14 M13 6l6 6-6 6",
  audit: "M6 3h9l4 4v14H6z M9.5 12h6 M9.5 16h6 M9.5 8h2",
  back: "M19 12H5 M11 6l-6 6 6 6",
  building: "M5 21V4h9v17 M14 9h5v12 M3 21h18 M8 8h3 M8 12h3 M8 16h3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M7 10l5 5 5-5",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18 M12 7.5V12l3 2",
  close: "M6 6l12 12 M18 6L6 18",
  copy: "M9 9h11v11H9z M5 15H4V4h11v1",
  cube: "M12 3l8 4.5v9L12 21l-8-4.5v-9z M12 12l8-4.5 M12 12v9 M12 12L4 7.5",
  dots: "M5 11.200a.8.8 0 1 0 0 1.600a.8.8 0 1 0 0-1.600 M12 11.200a.8.8 0 1 0 0 1.600a.8.8 0 1 0 0-1.600 M19 11.200a.8.8 0 1 0 0 1.600a.8.8 0 1 0 0-1.600",
  download: "M12 4v11 M7 11l5 5 5-5 M4 20h16",
  explain: "M4 5h16 M4 10h9 M4 15h6 M16.5 12.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7 M19 18.5l2.5 2.5",
  external: "M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6",
  globe: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18 M3 12h18 M12 3c5 5 5 13 0 18c-5-5-5-13 0-18",
  grant: "M4 12l5 5L20 6 M4 18h5",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  info: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18 M12 11v5.5 M12 7.5v.5",
  inspect: "M8 4c-3 0-1 8-4 8c3 0 1 8 4 8 M16 4c3 0 1 8 4 8c-3 0-1 8-4 8",
  key: "M8 11a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M11 12.5L20 4 M16 8l3 3 M13.5 10.2l2 2",
  machine: "M4 5h16v6H4z M4 13h16v6H4z M8 8h.01 M8 16h.01",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  mobile: "M7 3h10v18H7z M11 18h2",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5",
  palette:
    "M12 3a9 9 0 1 0 0 18c2 0 2-1.5 1.5-2.5c-.7-1.6.3-2.5 2-2.5H18a3 3 0 0 0 3-3c0-5.500-4-10-9-10 M7.500 12h.01 M9.500 8h.01 M14.500 8h.01",
  people:
    "M9 4.500a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7 M3 20c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500 M16 5a3 3 0 0 1 0 6 M18 14.800c2 .7 3 2.500 3 5.200",
  play: "M7 4.500l12 7.500-12 7.500z",
  plus: "M12 5v14 M5 12h14",
  refresh: "M20 11a8 8 0 0 0-14.500-4L4 9 M4 4v5h5 M4 13a8 8 0 0 0 14.500 4L20 15 M20 20v-5h-5",
  scope:
    "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18 M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M12 1.500v4 M12 18.500v4 M1.500 12h4 M18.500 12h4",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13 M15.500 15.500L21 21",
  server: "M4 4h16v7H4z M4 13h16v7H4z M8 7.500h.01 M8 16.500h.01 M12 7.500h5 M12 16.500h5",
  session: "M3 5h18v12H3z M8 21h8 M12 17v4",
  settings: "M4 7h9 M17 7h3 M15 4.800v4.400 M4 17h3 M11 17h9 M9 14.800v4.400 M4 12h13 M20 12h0 M18.500 9.800v4.400",
  shield: "M12 3l8 3v6c0 4.500-3 7.500-8 9c-5-1.500-8-4.500-8-9V6z M8.500 12l2.500 2.500L15.500 10",
  signout: "M10 4H4v16h6 M9 12h11 M16 8l4 4-4 4",
  sun: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M12 2.500v2 M12 19.500v2 M2.500 12h2 M19.500 12h2 M5.300 5.300l1.400 1.400 M17.300 17.300l1.400 1.400 M5.300 18.700l1.400-1.400 M17.300 6.700l1.400-1.400",
  trash: "M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13 M10 11v5 M14 11v5",
  upload: "M12 16V5 M7 9l5-5 5 5 M4 20h16",
  user: "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M4.500 20.500c0-4 3-6 7.500-6s7.500 2 7.500 6",
  warning: "M12 4L2.500 20h19z M12 10v4.500 M12 17.200v.3",
  window: "M3 5h18v14H3z M3 9.500h18 M6.500 7.300h.01 M9 7.300h.01",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className="icon"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
