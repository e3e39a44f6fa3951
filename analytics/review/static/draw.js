// Elements, scales and axes. Text enters a page only here, always as text: nothing is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Children that are there, out of lists in lists. */
const present = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

export const fill = (node, ...children) => node.replaceChildren(...present(children));

const made = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
};

export const el = (tag, attributes, ...children) => made(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => made(document.createElementNS(SVG, tag), attributes, children);

/** What somebody wrote: in its own direction, and where it is long in a box that scrolls, also by key. */
export const words = (text, name) => {
  const long = text.length > 600;
  return el(
    "div",
    long ? { class: "words long", tabindex: 0, role: "group", "aria-label": name } : { class: "words" },
    el("bdi", {}, text),
  );
};

/** A picture for eyes, with a sentence as its name; its numbers go into a `hiddenTable` beside it. */
export const picture = (width, height, says, ...children) =>
  svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says }, ...children);

/** The numbers behind a picture, for those who do not see it. */
export const hiddenTable = (caption, headings, rows) =>
  el(
    "div",
    { class: "visually-hidden" },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          headings.map((text) => el("th", { scope: "col" }, text)),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((text) => el("td", {}, String(text))),
          ),
        ),
      ),
    ),
  );

/** From [a, b] to [p, q]; `back` goes the other way. */
export const linear = (a, b, p, q) => {
  const slope = (q - p) / (b - a || 1);
  const scale = (value) => p + (value - a) * slope;
  scale.back = (at) => a + (at - p) / slope;
  return scale;
};

/** Vertical strokes as one path. */
export const strokes = (xs, tops, bottom) =>
  xs.map((x, i) => `M${x.toFixed(1)} ${bottom}V${(typeof tops === "number" ? tops : tops[i]).toFixed(1)}`).join("");

/** A round step that puts about `wanted` ticks into `span`. */
export const roundStep = (span, wanted) => {
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
};

const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/** Moments (ms) at round local times between two moments, about `wanted` of them. */
export const timeTicks = (from, to, wanted, aheadMs) => {
  const step = 1000 * (TIME_STEPS_S.find((s) => (to - from) / 1000 / s <= wanted) ?? 14400);
  const first = Math.ceil((from + aheadMs) / step) * step - aheadMs;
  const found = [];
  for (let at = first; at <= to; at += step) found.push(at);
  return { step, found };
};

/** Highest value of each pixel column; gaps (null) break the line. One closed path per unbroken stretch. */
export const area = (values, startMs, stepMs, x, y, from, to, columns) => {
  const first = Math.max(0, Math.floor((from - startMs) / stepMs));
  const last = Math.min(values.length, Math.ceil((to - startMs) / stepMs) + 1);
  const per = Math.max(1, Math.floor((last - first) / columns));
  const floor = y(0).toFixed(1);
  let path = "";
  let open = false;
  for (let i = first; i < last; i += per) {
    let high = null;
    for (let j = i; j < Math.min(i + per, last); j += 1)
      if (values[j] !== null && values[j] > (high ?? -1)) high = values[j];
    const at = x(startMs + i * stepMs).toFixed(1);
    if (high === null) {
      if (open) path += `V${floor}Z`;
      open = false;
      continue;
    }
    if (!open) path += `M${at} ${floor}`;
    path += `L${at} ${y(high).toFixed(1)}L${x(startMs + Math.min(i + per, last) * stepMs).toFixed(1)} ${y(high).toFixed(1)}`;
    open = true;
  }
  return open ? `${path}V${floor}Z` : path;
};

/** Points joined by a line. */
export const line = (xs, ys) => xs.map((x, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${ys[i].toFixed(1)}`).join("");

/** Stripes that say "nothing sure is known here"; `id` must be unique in the page. */
export const hatching = (id) =>
  svg(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, class: "hatch-ground" }),
    svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch-line" }),
  );
