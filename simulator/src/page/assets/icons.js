// The page's icons, drawn with strokes on a field of 24 × 24.
// Invariant: an icon is decoration; the words stand beside it or in a label.

const PATHS = {
  send: "M4 12 20 4l-5 16-4-7-7-1Z M11 13l9-9",
  clip: "M20 11.5 12 19.4a5 5 0 0 1-7-7l8.4-8.3a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.2a1.6 1.6 0 0 1-2.3-2.3l7.4-7.3",
  mic: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3Z M6 11.5a6 6 0 0 0 12 0 M12 17.5V21",
  more: "M12 5.5v.01 M12 12v.01 M12 18.5v.01",
  reply: "M10 6 4 12l6 6 M4 12h9a7 7 0 0 1 7 7",
  edit: "M4 20l1-5L16 4l4 4L9 19l-5 1Z M14 6l4 4",
  copy: "M9 9h11v11H9Z M5 15H4V4h11v1",
  photo: "M3 6h18v14H3Z M3 17l5.5-5.5 4 4L15 13l6 5 M15.5 9.5v.01",
  album: "M7 3h14v14H7Z M3 7v14h14 M7 14l4-4 4 4 2-2 4 3",
  file: "M6 3h8l5 5v13H6Z M14 3v5h5",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z M4 21c.6-4.2 3.7-6.5 8-6.5s7.4 2.300 8 6.500",
  play: "M8 5l11 7-11 7Z",
  pause: "M8 5v14 M16 5v14",
  stop: "M6.500 6.500h11v11h-11Z",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  close: "M6 6l12 12 M18 6 6 18",
  plus: "M12 5v14 M5 12h14",
  check: "M4.500 12.500l5 5L20 7",
  funnel: "M4 7h16 M7 12h10 M10 17h4",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  left: "M15 6l-6 6 6 6",
  arrowright: "M4 12h15 M13 6l6 6-6 6",
  arrowleft: "M20 12H5 M11 6l-6 6 6 6",
  trash: "M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13",
  cut: "M6 6.500l12 9 M6 17.500l12-9 M5.500 4.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z M5.500 15.500a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  paste: "M8 4h8v3H8Z M8 5H5v16h14V5h-3",
  asc: "M7 19V5 M3.500 8.500 7 5l3.500 3.500 M13 7h3 M13 12h5 M13 17h8",
  desc: "M7 5v14 M3.500 15.500 7 19l3.500-3.500 M13 7h8 M13 12h5 M13 17h3",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6l1-7Z",
  storm: "M7 15a4.500 4.500 0 0 1 .3-9A6 6 0 0 1 19 8a3.600 3.600 0 0 1-.6 7 M12.500 11 9 16h4l-2 5",
  table: "M3.500 5h17v14h-17Z M3.500 10h17 M3.500 14.500h17 M9 5v14",
  phone: "M7.500 2.500h9a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1Z M11 18.500h2",
  strip: "M12 3v18 M12 7h-7 M12 12h7 M12 17h-7",
  flag: "M6 21V4h11l-2 4 2 4H6",
  sliders: "M4 8h9 M17 8h3 M4 16h3 M11 16h9 M15 6v4 M9 14v4",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12Z M12 9.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5Z",
  signal: "M12 12v.01 M8.500 8.500a5 5 0 0 0 0 7 M15.500 8.500a5 5 0 0 1 0 7 M5.500 5.500a9 9 0 0 0 0 13 M18.500 5.500a9 9 0 0 1 0 13",
  key: "M8 12a3.500 3.500 0 1 1 0 .01 M11.500 12H21 M17 12v4",
  up: "M12 19V6 M6 11l6-6 6 6 M4 21h16",
  heart: "M12 20S4 15 4 9.300A4.300 4.300 0 0 1 12 7a4.300 4.300 0 0 1 8 2.300C20 15 12 20 12 20Z",
  inbox: "M4 13l2-8h12l2 8v6H4Z M4 13h5l1 2.500h4l1-2.500h5",
  chat: "M4 5h16v11H10l-4 4v-4H4Z",
  keyboard: "M3 7h18v11H3Z M7 10.500v.01 M12 10.500v.01 M17 10.500v.01 M8 14.500h8",
  lock: "M6 11h12v9H6Z M8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  block: "M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17Z M6 6l12 12",
  group: "M9 5a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7Z M2.500 20c.5-3.700 3-5.500 6.500-5.500s6 1.800 6.500 5.500 M16 5.500a3 3 0 0 1 0 6 M18 14.500c2 .6 3.200 2.400 3.500 5",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z M12 2.500v2 M12 19.500v2 M2.500 12h2 M19.500 12h2 M5.300 5.300l1.400 1.400 M17.300 17.300l1.400 1.400 M18.700 5.300l-1.400 1.400 M6.700 17.300l-1.400 1.400",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500Z",
  auto: "M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17Z M12 3.500v17 M14 7h4 M14 11h6 M14 15h5",
  window: "M3.500 5h17v14h-17Z M3.500 9h17",
  upload: "M12 16V5 M7 9l5-5 5 5 M5 20h14",
};

/** The icon of that name. */
export function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.more);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}
