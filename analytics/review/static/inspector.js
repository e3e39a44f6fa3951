// @ts-check
// One movement from near: the trace of every sensor round it, neighbours tinted, the axes below. Its edges are dragged
// here, a click sets the ruler, and a movement that was missed is marked.

import { el, fill, hatching, hiddenTable, picture, svg } from "./draw.js";
import { duration, messageOf, number, percent } from "./formats.js";
import { timeScale, timeTicks } from "./geometry.js";
import { inWindow } from "./movements.js";
import { NearDrag } from "./near_drag.js";
import { getOnce, prefetch } from "./server.js";
import { LEFT, block, drawTrace, laneHeight, lanesIn, rightOf } from "./traces.js";
import { WORDS, groupOf, label, verdict } from "./words.js";

/** @import { Child, Clock, Ms, NightShown, Span, TimeScale } from "./types.js" */
/** @import { Lane } from "./traces.js" */

/**
 * @typedef {{ i: number, from: Ms, to: Ms, lanes: Lane[], note: string | null }} Window the i-th movement from near
 * @typedef {{ onMove: (by: number) => unknown, verdictButtons: (i: number) => Node[], onEdges: (to: Span) => unknown,
 *   onRuler: (at: Ms | null) => unknown, onSpan: (span: Span) => unknown, tools: HTMLElement,
 *   isLeaving: () => boolean }} Parts
 */

const WIDTHS_S = [30, 120, 600, 3600];
const WIDTH_NAMES = ["30 s", "2 min", "10 min", "60 min"];
/** Wider windows are not asked for ahead: too much to read for what may never be looked at. */
const WIDEST_AHEAD_S = 600;

const USUAL = 1;
/** How long a night's first movement is looked at before its neighbours are asked for: who leafs through nights wants
 * none of them, and would wait for them. */
const REST_MS = 200;

/**
 * The stretch round a movement that is drawn, as it is asked for.
 * @param {NightShown} data @param {number} i @param {number} size which of the widths
 */
const windowOf = ({ events }, i, size) => {
  const { onset, offset } = events;
  const middle = Math.round((onset[i] + Math.min(offset[i], onset[i] + 10_000)) / 2);
  return { from: middle - 500 * WIDTHS_S[size], to: middle + 500 * WIDTHS_S[size] };
};

/** @param {NightShown} data @param {number} i @param {number} [size] */
const question = (data, i, size = USUAL) => {
  const { subject, night_date } = data.night;
  return { subject, night: night_date, ...windowOf(data, i, size) };
};

/** Ask ahead for a movement of a night that is not shown yet. @param {NightShown} data @param {number} i */
export const askWindowAhead = (data, i) => prefetch("/api/window", question(data, i));

/** @param {number | null} imi */
const ago = (imi) => {
  if (imi === null) return "no interval counted";
  return `${imi < 90 ? `${Math.round(imi)} s` : duration(imi)} after the last`;
};

/** @param {string} leg */
const legName = (leg) => {
  if (leg === "unknown") return `leg ${WORDS.not_known}`;
  return leg === "both" ? "both legs" : `${leg} leg`;
};

/** The movement that is chosen, from near. */
export class Inspector {
  /**
   * @param {NightShown} data
   * @param {Clock} clock
   * @param {Parts} parts
   */
  constructor(data, clock, parts) {
    this.data = data;
    this.clock = clock;
    this.parts = parts;
    /** @type {number | null} */
    this.selected = data.events.onset.length ? 0 : null;
    this.size = USUAL;
    this.asked = 0;
    /** Until the first movement was looked at for a while, or another one was chosen. */
    this.isNew = true;
    this.resting = 0;
    /** @type {Window | null} */
    this.last = null;
    /** Of which movement the picture is, where one is drawn. @type {string | null} */
    this.pictured = null;
    this.failure = el("div", { class: "near-failure", role: "alert" });
    this.plot = el("div", { class: "plot inspector" });
    this.drag = new NearDrag(this.plot, {
      onEdges: parts.onEdges,
      onRuler: parts.onRuler,
      onSpan: parts.onSpan,
    });
    this.empty = el("p", { class: "empty", hidden: true }, "No movement was found in this night.");
    this.title = el("p", { class: "facts" });
    this.buttons = el("div", { class: "actions" });
    this.widths = WIDTH_NAMES.map((name, i) =>
      el("button", { type: "button", "aria-pressed": String(i === this.size), onclick: () => this.#resize(i) }, name),
    );
    this.node = this.#put();
  }

  #put() {
    const label = "Width of the window";
    const widths = el(
      "div",
      { class: "tools", role: "group", "aria-label": label },
      this.widths,
      el("kbd", { class: "bare" }, "Z"),
    );
    const step = (/** @type {number} */ by) => () => this.parts.onMove(by);
    const tools = el(
      "div",
      { class: "tools" },
      el("button", { type: "button", onclick: step(-1) }, "‹ Previous ", el("kbd", {}, "K")),
      el("button", { type: "button", onclick: step(1) }, "Next ", el("kbd", {}, "J"), " ›"),
    );
    return el(
      "section",
      { class: "card inspect", "aria-label": "Movement" },
      el("div", { class: "head" }, el("h2", {}, "Movement"), widths),
      this.empty,
      this.title,
      this.failure,
      this.plot,
      el("div", { class: "bar-of-actions" }, tools, this.buttons),
      this.parts.tools,
    );
  }

  /** What there is of the night, after an edit too. @param {NightShown} data @param {number | null} chosen */
  update(data, chosen) {
    this.data = data;
    this.selected = chosen;
    this.last = null;
    return this.show();
  }

  /**
   * Other verdicts on the same movements; no picture comes anew under the mouse but where veils change.
   * @param {NightShown} data @param {boolean} isVeiled
   */
  renew(data, isVeiled) {
    this.data = data;
    if (this.selected === null) return;
    fill(this.title, this.#facts(this.selected));
    fill(this.buttons, this.parts.verdictButtons(this.selected));
    if (isVeiled) this.redraw();
  }

  /** @param {number} i */
  #ask(i) {
    return getOnce("/api/window", question(this.data, i, this.size));
  }

  /** @param {number} i @returns {Child[]} */
  #facts(i) {
    const e = this.data.events;
    const no = e.detected_no[i];
    const state = no === null ? null : this.data.review.movements[no];
    const peak = e.peak_mg[i];
    return [
      el("strong", {}, `${i + 1} of ${e.onset.length}`),
      ` · ${this.clock.hms(e.onset[i])} · `,
      el("span", { class: `chip chip-${groupOf(e.label[i])}` }, label(e.label[i])),
      ` · ${number((e.offset[i] - e.onset[i]) / 1000)} s long · `,
      el("strong", {}, ago(e.imi_s[i])),
      ` · ${legName(e.leg[i])}`,
      peak === null ? "" : ` · peak ${Math.round(peak)} mg`,
      e.p_sleep[i] === null ? "" : ` · ${WORDS.measures.p_sleep} ${percent(e.p_sleep[i])}`,
      e.origin[i] === "detected" ? "" : el("span", {}, " · ", el("span", { class: "by-hand" }, `◆ ${e.origin[i]}`)),
      state ? el("span", {}, " · ", el("span", { class: "reviewed" }, verdict(state))) : "",
    ];
  }

  /** @param {Window} found */
  #draw(found) {
    const { lanes, i } = found;
    const width = Math.max(280, this.plot.clientWidth || 560);
    const x = timeScale(found.from, found.to, LEFT, rightOf(width));
    const each = laneHeight(lanes) + 8;
    const bottom = 6 + Math.max(1, lanes.length) * each;
    const at = { width, threshold: this.data.events.threshold_mg[i], isNamed: lanes.length > 1 };
    fill(
      this.plot,
      picture(
        width,
        bottom + 20,
        `Movement ${i + 1} at ${this.clock.hms(this.data.events.onset[i])} with ${WIDTH_NAMES[this.size]} round it. ` +
          "A table of the movements in view follows.",
        svg("defs", {}, hatching("hatch-near")),
        this.#neighbours(x, bottom, i),
        this.#ticks(x, bottom, width),
        lanes.map((lane, k) => drawTrace(lane, x, { ...at, top: 6 + k * each })),
        this.#veils(x, bottom),
        this.drag.layer,
      ),
      found.note && el("p", { class: "muted small" }, found.note),
      this.#table(x),
    );
    const { onset, offset, left_out } = this.data.events;
    this.pictured = this.clock.hms(onset[i]);
    this.drag.over(x, bottom, left_out[i] ? null : [onset[i], offset[i]]);
  }

  /** @param {TimeScale} x @param {number} bottom @param {number} chosen */
  #neighbours(x, bottom, chosen) {
    const { events } = this.data;
    return inWindow(events, x.from, x.to).map((k) => {
      const name = `near fill-${groupOf(events.label[k])}${k === chosen ? " chosen" : ""}`;
      return block(x, bottom, events.onset[k], events.offset[k], { class: name });
    });
  }

  /** @param {TimeScale} x @param {number} bottom @param {number} width */
  #ticks(x, bottom, width) {
    const ticks = timeTicks(x.from, x.to, Math.max(2, (width - LEFT) / 95), this.clock.aheadMs(x.from));
    return ticks.found.map((at) => [
      svg("line", { x1: x(at), x2: x(at), y1: 4, y2: bottom - 4, class: "grid" }),
      svg(
        "text",
        { x: Math.max(LEFT + 20, Math.min(width - 30, x(at))), y: bottom + 12, class: "axis middle" },
        this.clock.hms(at),
      ),
    ]);
  }

  /** @param {TimeScale} x @param {number} bottom */
  #veils(x, bottom) {
    const { blanks, review } = this.data;
    return [
      blanks.map(([start, end]) => block(x, bottom, start, end, { fill: "url(#hatch-near)", class: "blank" })),
      review.spans.map(([start, end]) => block(x, bottom, start, end, { class: "excluded" })),
    ];
  }

  /** @param {TimeScale} x */
  #table(x) {
    const e = this.data.events;
    return hiddenTable(
      "Movements in view",
      ["onset", "what", "seconds long", "interval, s"],
      inWindow(e, x.from, x.to).map((k) => [
        this.clock.hms(e.onset[k]),
        label(e.label[k]),
        number((e.offset[k] - e.onset[k]) / 1000),
        number(e.imi_s[k]),
      ]),
    );
  }

  /** Ask for the chosen movement and draw it, unless another was chosen in between. */
  async show() {
    const i = this.selected;
    this.empty.hidden = i !== null;
    for (const part of [this.title, this.plot, this.buttons]) part.hidden = i === null;
    if (i === null) return;
    const mine = (this.asked += 1);
    delete this.plot.dataset.shown;
    delete this.plot.dataset.failed;
    this.plot.classList.add("waiting");
    fill(this.title, this.#facts(i));
    fill(this.buttons, this.parts.verdictButtons(i));
    try {
      const answer = await this.#ask(i);
      if (mine !== this.asked) return;
      this.last = { i, ...windowOf(this.data, i, this.size), ...lanesIn(answer, this.data) };
      this.#draw(this.last);
    } catch (error) {
      if (mine === this.asked) this.#failed(i, error);
      return;
    }
    this.plot.classList.remove("waiting");
    fill(this.failure);
    this.plot.dataset.shown = `${this.data.events.movement_no[i]}/${WIDTHS_S[this.size]}`;
    if (!this.isNew) return this.#askBeside(i);
    this.isNew = false;
    this.resting = setTimeout(() => this.parts.isLeaving() || this.#askBeside(i), REST_MS);
  }

  /** @param {number} i */
  #askBeside(i) {
    if (WIDTHS_S[this.size] > WIDEST_AHEAD_S) return;
    for (const next of [i + 1, i - 1]) {
      if (this.data.events.onset[next] !== undefined) this.#ask(next).catch(() => {});
    }
  }

  leave() {
    clearTimeout(this.resting);
  }

  /**
   * A window that was not answered: what is drawn stays, dimmed and out of reach of the mouse, and says whose it is.
   * @param {number} i @param {unknown} error
   */
  #failed(i, error) {
    const { events, night } = this.data;
    const kept = this.pictured && `What is drawn below is still the movement at ${this.pictured}. `;
    this.last = null;
    this.drag.x = null;
    this.drag.draw();
    fill(
      this.failure,
      el("p", { class: "strong" }, `The movement at ${this.clock.hms(events.onset[i])} could not be fetched.`),
      el("p", {}, `${messageOf(error)}. ${kept ?? ""}The night and your verdicts are not touched.`),
      el("button", { type: "button", onclick: () => this.show() }, "Try again"),
    );
    this.plot.dataset.failed = `${events.movement_no[i]}/${night.night_date}`;
  }

  /** @param {number} to */
  #resize(to) {
    this.size = to;
    this.widths.forEach((button, i) => button.setAttribute("aria-pressed", String(i === to)));
    return this.show();
  }

  redraw() {
    if (this.last) this.#draw(this.last);
  }

  nextWidth() {
    if (this.selected !== null) this.#resize((this.size + 1) % WIDTHS_S.length);
  }

  /** @param {number} i */
  select(i) {
    this.selected = i;
    this.drag.setRuler(null);
    return this.show();
  }
}
