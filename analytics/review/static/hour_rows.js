// @ts-check
// The whole night as rows of one hour of the clock each, as viewers of sleep studies have it: how strongly each sensor
// moved, and the movements in their colours. A row is drawn when it comes into view.

import { action, el, fill, picture, svg } from "./draw.js";
import { area, linear, shownPart, timeScale } from "./geometry.js";
import { LOOKS } from "./looks.js";
import { envelopeTop, hourRows, inWindow, nearest } from "./movements.js";
import { groupOf, lookOf } from "./words.js";

/** @import { Clock, Ms, NightShown, TimeScale } from "./types.js" */

/** @typedef {{ from: Ms, to: Ms, node: HTMLElement, isNear: boolean }} Row `isNear`: in view, or soon */

const LEFT = 84;
const RIGHT = 12;
/** Of the movements' strip and of each sensor, pixels. */
const STRIP = 20;
const SENSOR = 36;
const NEAR = 12;
/** Rows are drawn from so far out of view. */
const AHEAD = "300px";
/** Marks of a colour also differ in height. */
const HEIGHTS = /** @type {Record<string, number>} */ ({ periodic: 1, jerk: 0.85, single: 0.6, other: 0.4 });

export class HourRows {
  /**
   * @param {NightShown} data
   * @param {Clock} clock
   * @param {{ onPick: (i: number) => unknown, isShown: (i: number) => boolean }} on
   */
  constructor(data, clock, on) {
    this.data = data;
    this.clock = clock;
    this.on = on;
    /** @type {number | null} */
    this.selected = null;
    this.isOn = false;
    /** @type {Row[]} */
    this.rows = [];
    this.button = action("Hours as rows", "V", () => this.toggle(), false);
    this.node = el("div", { class: "hour-rows", role: "group", "aria-label": "Hours as rows" });
    this.seen = new IntersectionObserver((found) => this.#seen(found), { rootMargin: AHEAD });
  }

  toggle() {
    this.isOn = !this.isOn;
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.seen.disconnect();
    this.rows = this.isOn ? this.#empty() : [];
    fill(
      this.node,
      this.rows.map((row) => row.node),
    );
    for (const row of this.rows) this.seen.observe(row.node);
  }

  /** @returns {Row[]} */
  #empty() {
    const { recorded_from: from, recorded_to: to } = this.data.night;
    return hourRows(from, to, this.clock).map((row) => {
      const node = el("div", { class: "hour-row" });
      node.style.height = `${this.#height()}px`;
      node.addEventListener("click", (event) => this.#click(row, node, event));
      return { ...row, node, isNear: false };
    });
  }

  #height() {
    return STRIP + SENSOR * Math.max(1, this.data.envelopes.length) + 6;
  }

  /** @param {IntersectionObserverEntry[]} found */
  #seen(found) {
    for (const { target, isIntersecting } of found) {
      const row = this.rows.find((one) => one.node === target);
      if (!row) continue;
      row.isNear = isIntersecting;
      if (isIntersecting && !("drawn" in row.node.dataset)) this.#draw(row);
    }
  }

  /** The night after an edit. @param {NightShown} data @param {number | null} chosen */
  update(data, chosen) {
    this.data = data;
    this.selected = chosen;
    this.draw();
  }

  /** @param {number} i */
  select(i) {
    this.selected = i;
    this.draw();
  }

  /** Anew what is in view; the rest when it comes there. */
  draw() {
    for (const row of this.rows) {
      delete row.node.dataset.drawn;
      if (row.isNear) this.#draw(row);
    }
  }

  /** @param {Pick<Row, "from" | "to">} row @param {HTMLElement} node */
  #scale({ from, to }, node) {
    return timeScale(from, to, LEFT, Math.max(300, node.clientWidth || 900) - RIGHT);
  }

  /** @param {Row} row */
  #draw(row) {
    const x = this.#scale(row, row.node);
    const { data, clock } = this;
    const here = inWindow(data.events, row.from, row.to).filter((i) => this.on.isShown(i));
    const says = `${clock.hm(row.from)} to ${clock.hm(row.to)}: ${here.length} movements shown.`;
    fill(
      row.node,
      picture(
        x(x.to) + RIGHT,
        this.#height(),
        says,
        svg("text", { x: LEFT - 8, y: STRIP, class: "axis end strong" }, clock.hm(row.from)),
        this.#quarters(x),
        this.#envelopes(x),
        here.map((i) => this.#movement(i, x)),
        this.#veils(x),
      ),
    );
    row.node.dataset.drawn = String(here.length);
  }

  /** @param {TimeScale} x */
  #quarters(x) {
    return [0, 1, 2, 3, 4].map((k) => {
      const at = x(x.from + ((x.to - x.from) * k) / 4);
      return svg("line", { x1: at, x2: at, y1: 2, y2: this.#height() - 4, class: "grid" });
    });
  }

  /** @param {TimeScale} x */
  #envelopes(x) {
    const { envelopes, events } = this.data;
    const most = envelopeTop(events);
    return envelopes.map(({ leg, start, step_s, max_mg }, k) => {
      const bottom = STRIP + (k + 1) * SENSOR;
      const y = linear(0, most, bottom, bottom - SENSOR + 2);
      const series = { values: max_mg, start, stepMs: 1000 * step_s };
      const path = area(series, x, (value) => y(Math.min(most, value)), x(x.to) - LEFT);
      return [
        svg("path", { d: path, class: "envelope" }),
        envelopes.length > 1 && svg("text", { x: LEFT - 8, y: bottom - 6, class: "axis end" }, leg),
      ];
    });
  }

  /** @param {number} i @param {TimeScale} x */
  #movement(i, x) {
    const { onset, offset, label, sleep_state } = this.data.events;
    const part = shownPart(x, [onset[i], offset[i]], 1.5);
    if (part === null) return null;
    const group = groupOf(label[i]);
    const height = (STRIP - 6) * (HEIGHTS[group] ?? 0.4);
    const at = { x: part.x, width: part.width, y: STRIP - 1 - height, height };
    return [
      svg("rect", { ...at, class: `fill-${lookOf(label[i], sleep_state[i])}` }),
      i === this.selected && svg("path", { d: `M${part.x - 5} 0h10l-5 6z`, class: "marker" }),
    ];
  }

  /** What was not recorded or judged, and what a reviewer excluded. @param {TimeScale} x */
  #veils(x) {
    const height = this.#height() - 6;
    const { blanks, review, night } = this.data;
    const outside = /** @type {[Ms, Ms][]} */ ([
      [x.from, night.recorded_from],
      [night.recorded_to, x.to],
    ]);
    const veil = (/** @type {[Ms, Ms]} */ span, /** @type {Record<string, string>} */ look) => {
      const part = shownPart(x, span, 0.7);
      return part && svg("rect", { x: part.x, width: part.width, y: 2, height, ...look });
    };
    return [
      outside.map((span) => veil(span, { class: "not-recorded" })),
      blanks.map(([a, b, kind]) => veil([a, b], { fill: `url(#${LOOKS.blank_fills[kind]})`, class: "blank" })),
      review.spans.map((span) => veil(span, { class: "excluded" })),
    ];
  }

  /** @param {Pick<Row, "from" | "to">} row @param {HTMLElement} node @param {MouseEvent} event */
  #click(row, node, event) {
    const px = event.clientX - node.getBoundingClientRect().left;
    const { onset, offset } = this.data.events;
    const isHere = (/** @type {number} */ i) => onset[i] < row.to && offset[i] > row.from && this.on.isShown(i);
    const picked = nearest(this.data.events, this.#scale(row, node), px, NEAR, isHere);
    if (picked !== null) this.on.onPick(picked);
  }

  leave() {
    this.seen.disconnect();
  }
}
