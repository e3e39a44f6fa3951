// One movement from near: the trace of every sensor round it, neighbours tinted, the axes below.

import { area, el, fill, hatching, hiddenTable, line, linear, picture, svg, timeTicks } from "./draw.js";
import { getOnce } from "./server.js";
import { WORDS, duration, groupOf, label, number, verdict } from "./words.js";

export const WIDTHS_S = [30, 120, 600];
const WIDTH_NAMES = ["30 s", "2 min", "10 min"];
const LEFT = 58;
const LANE = 118;
const AXES = 54;

const ago = (imi) => (imi === null ? "no interval counted" : `${imi < 90 ? Math.round(imi) : duration(imi)}${imi < 90 ? " s" : ""} after the last`);

const events = (data, clock, from, to) => {
  const rows = [];
  data.events.onset.forEach((onset, i) => {
    if (onset < to && data.events.offset[i] > from) rows.push(i);
  });
  return rows;
};

const trace = (points, x, y, from) => line(points[0].map((ms) => x(from + ms)), points[1].map(y));

export const inspector = (data, clock, { onMove, verdictButtons }) => {
  const { night } = data;
  let selected = data.events.onset.length ? 0 : null;
  let size = 1;
  let asked = 0;
  const plot = el("div", { class: "plot inspector" });
  const title = el("p", { class: "facts" });
  const buttons = el("div", { class: "actions" });
  const widths = el("div", { class: "tools", role: "group", "aria-label": "Width of the window" }, WIDTH_NAMES.map((name, i) =>
    el("button", { type: "button", "aria-pressed": String(i === size), onclick: () => resize(i) }, name)), el("kbd", { class: "bare" }, "Z"));

  const windowOf = (i) => {
    const middle = Math.round((data.events.onset[i] + Math.min(data.events.offset[i], data.events.onset[i] + 10_000)) / 2);
    return { from: middle - 500 * WIDTHS_S[size], to: middle + 500 * WIDTHS_S[size] };
  };
  const ask = (i) => getOnce("/api/window", { subject: night.subject, night: night.night_date, ...windowOf(i) });

  const facts = (i) => {
    const e = data.events;
    const state = data.review.movements[e.movement_no[i]];
    return [
      el("strong", {}, `${i + 1} of ${e.onset.length}`), ` · ${clock.hms(e.onset[i])} · `,
      el("span", { class: `chip chip-${groupOf(e.label[i])}` }, label(e.label[i])),
      ` · ${number((e.offset[i] - e.onset[i]) / 1000)} s long · `, el("strong", {}, ago(e.imi_s[i])),
      ` · ${e.leg[i] === "unknown" ? `leg ${WORDS.not_known}` : e.leg[i] === "both" ? "both legs" : `${e.leg[i]} leg`}`,
      e.peak_mg[i] === null ? "" : ` · peak ${Math.round(e.peak_mg[i])} mg`,
      state ? el("span", {}, " · ", el("span", { class: "reviewed" }, verdict(state))) : "",
    ];
  };

  const lane = (found, top, width, i, sensors) => {
    const { from, to, points, axes, leg } = found;
    const threshold = data.events.threshold_mg[i];
    const peak = Math.max(3 * (threshold ?? 10), ...points.flatMap((part) => part[1]), ...(found.values ?? []));
    const x = linear(from, to, LEFT, width - 10);
    const y = linear(0, peak * 1.08, top + LANE, top + 6);
    const half = Number((peak / 2).toPrecision(1));
    const parts = [
      ...[0, half].map((mg) => [svg("line", { x1: LEFT, x2: width - 10, y1: y(mg), y2: y(mg), class: "grid" }),
        svg("text", { x: LEFT - 6, y: y(mg) + 4, class: "axis end" }, mg ? `${mg} mg` : "0")]),
      sensors > 1 && svg("text", { x: LEFT - 6, y: top + 12, class: "axis end" }, leg),
      found.values ? svg("path", { d: area(found.values, found.start, found.stepMs, x, y, from, to, width), class: "envelope" })
        : points.map((part) => svg("path", { d: trace(part, x, y, from), class: "trace" })),
      threshold !== null && svg("line", { x1: LEFT, x2: width - 10, y1: y(threshold), y2: y(threshold), class: "threshold" }),
      threshold !== null && svg("text", { x: width - 12, y: y(threshold) - 4, class: "axis end" }, "threshold"),
    ];
    if (axes) {
      Object.entries(axes).forEach(([name, values], k) => {
        const centre = top + LANE + 14 + k * (AXES / 3) + AXES / 6;
        const range = Math.max(20, ...Object.values(axes).flatMap((one) => one[1].map(Math.abs)));
        const z = linear(-range, range, centre + AXES / 6, centre - AXES / 6);
        parts.push(svg("text", { x: LEFT - 6, y: centre + 4, class: "axis end" }, name), svg("path", { d: trace(values, x, z, from), class: "raw" }));
      });
    }
    return parts;
  };

  const draw = (found) => {
    const width = Math.max(280, plot.clientWidth || 560);
    const { from, to, lanes, i } = found;
    const x = linear(from, to, LEFT, width - 10);
    const each = LANE + (lanes.some((one) => one.axes) ? AXES + 16 : 0);
    const bottom = 6 + Math.max(1, lanes.length) * (each + 8);
    const ticks = timeTicks(from, to, Math.max(2, (width - LEFT) / 95), clock.aheadMs(from));
    const near = events(data, clock, from, to);
    const block = (start, end, attributes) => {
      const [a, b] = [Math.max(from, start), Math.min(to, end)];
      return b > a ? svg("rect", { x: x(a), width: Math.max(1, x(b) - x(a)), y: 4, height: bottom - 8, ...attributes }) : null;
    };
    fill(plot, picture(width, bottom + 20,
      `Movement ${i + 1} at ${clock.hms(data.events.onset[i])} with ${WIDTH_NAMES[size]} round it. A table of the movements in view follows.`,
      svg("defs", {}, hatching("hatch-near")),
      near.map((k) => block(data.events.onset[k], data.events.offset[k], { class: `near fill-${groupOf(data.events.label[k])}${k === i ? " chosen" : ""}` })),
      ticks.found.map((at) => [svg("line", { x1: x(at), x2: x(at), y1: 4, y2: bottom - 4, class: "grid" }),
        svg("text", { x: Math.max(LEFT + 20, Math.min(width - 30, x(at))), y: bottom + 12, class: "axis middle" }, clock.hms(at))]),
      lanes.map((one, k) => lane(one, 6 + k * (each + 8), width, i, lanes.length)),
      data.blanks.map(([start, end]) => block(start, end, { fill: "url(#hatch-near)", class: "blank" })),
      data.review.spans.map(([start, end]) => block(start, end, { class: "excluded" }))),
    found.note && el("p", { class: "muted small" }, found.note),
    hiddenTable("Movements in view", ["onset", "what", "seconds long", "interval, s"],
      near.map((k) => [clock.hms(data.events.onset[k]), label(data.events.label[k]), number((data.events.offset[k] - data.events.onset[k]) / 1000), number(data.events.imi_s[k])])));
  };

  /** From raw samples, or from the stored envelope where they are gone. */
  const lanesOf = (answer) => {
    if (answer.traces.length) return { lanes: answer.traces.map((one) => ({ ...one, points: one.movement, from: answer.from_ms, to: answer.to_ms })), note: answer.lost[0] ? `Some samples cannot be shown: ${answer.lost[0]}` : null };
    return {
      lanes: data.envelopes.map((sensor) => ({ leg: sensor.leg, points: [], values: sensor.max_mg, start: sensor.start, stepMs: 1000 * sensor.step_s, from: answer.from_ms, to: answer.to_ms })),
      note: answer.lost.length ? `From the stored envelope, second by second: the samples cannot be read (${answer.lost[0]}).` : "No samples here.",
    };
  };

  const show = async () => {
    if (selected === null) return;
    const mine = (asked += 1);
    const i = selected;
    delete plot.dataset.shown;
    plot.classList.add("waiting");
    title.replaceChildren(...facts(i));
    buttons.replaceChildren(...verdictButtons(i));
    try {
      const answer = await ask(i);
      if (mine !== asked) return;
      last = { i, ...windowOf(i), ...lanesOf(answer) };
      draw(last);
    } catch (error) {
      if (mine !== asked) return;
      plot.replaceChildren(el("p", { class: "muted" }, error.message));
    }
    plot.classList.remove("waiting");
    plot.dataset.shown = `${data.events.movement_no[i]}/${WIDTHS_S[size]}`;
    for (const next of [i + 1, i - 1]) if (data.events.onset[next] !== undefined) ask(next).catch(() => {});
  };
  let last = null;

  const resize = (to) => {
    size = to;
    [...widths.querySelectorAll("button")].forEach((button, i) => button.setAttribute("aria-pressed", String(i === size)));
    return show();
  };

  const node = el("section", { class: "card inspect", "aria-label": "Movement" },
    el("div", { class: "head" }, el("h2", {}, "Movement"), selected === null ? null : widths),
    selected === null ? el("p", { class: "empty" }, "No movement was found in this night.") : [
      title, plot,
      el("div", { class: "bar-of-actions" },
        el("div", { class: "tools" },
          el("button", { type: "button", onclick: () => onMove(-1) }, "‹ Previous ", el("kbd", {}, "K")),
          el("button", { type: "button", onclick: () => onMove(1) }, "Next ", el("kbd", {}, "J"), " ›")),
        buttons)]);
  return {
    node, show,
    redraw: () => last && draw(last),
    nextWidth: () => selected !== null && resize((size + 1) % WIDTHS_S.length),
    select: (i) => { selected = i; return show(); },
    selected: () => selected,
  };
};
