// @ts-check
// The movements of a night as a list in which several can be marked: by click with Shift, or by key. The keys move in
// it as they do in the pictures.

import { el, fill } from "./draw.js";
import { number } from "./formats.js";
import { between, toggled } from "./marks.js";
import { groupOf, label, verdict } from "./words.js";

/** @import { Clock, LinkedPart, NightShown } from "./types.js" */

/**
 * @typedef {{ onPick: (i: number, keeps: boolean) => unknown, onMark: () => unknown,
 *   onAll: () => unknown, isShown: (i: number) => boolean }} Listening `keeps`: those that are marked stay so
 */

export class MovementList {
  /**
   * @param {NightShown} data
   * @param {Clock} clock
   * @param {Listening} on
   */
  constructor(data, clock, on) {
    this.data = data;
    this.clock = clock;
    this.on = on;
    /** Places of those that are marked. @type {Set<number>} */
    this.marked = new Set();
    /** Where marking began. @type {number | null} */
    this.anchor = null;
    /** @type {number | null} */
    this.selected = null;
    this.box = el("div", {
      class: "movement-list",
      role: "listbox",
      tabindex: "0",
      "aria-multiselectable": "true",
      "aria-label": "Movements of the night",
    });
    /** What the list is narrowed to. @type {LinkedPart | null} */
    this.only = null;
    this.chip = el("div", {});
    this.bar = el("div", { class: "marked-bar", role: "status" });
    this.node = this.#put();
    this.#listen();
  }

  #put() {
    return el(
      "section",
      { class: "card part-list", "aria-label": "List of movements" },
      el(
        "div",
        { class: "head" },
        el("h2", {}, "Movements"),
        el(
          "span",
          { class: "muted small" },
          el("kbd", {}, "Shift"),
          " with a click, ",
          el("kbd", {}, "J"),
          " or ",
          el("kbd", {}, "K"),
          " marks several",
        ),
      ),
      this.chip,
      this.bar,
      this.box,
    );
  }

  #listen() {
    this.box.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("[data-i]") : null;
      if (!row) return;
      const i = Number(row.getAttribute("data-i"));
      if (event.ctrlKey || event.metaKey) return this.#mark(toggled(this.marked, i), i);
      if (!event.shiftKey) return this.on.onPick(i, false);
      this.extend(i);
    });
  }

  /** Mark everything shown from where marking began. @param {number} to */
  extend(to) {
    const from = this.anchor ?? this.selected ?? to;
    this.anchor = from;
    const found = between(from, to, (i) => this.isListed(i));
    this.#mark(found, to);
  }

  /** @param {Set<number>} marked @param {number} at */
  #mark(marked, at) {
    this.marked = marked;
    this.on.onPick(at, true);
    this.on.onMark();
  }

  clear() {
    this.anchor = null;
    if (!this.marked.size) return;
    this.marked = new Set();
    this.on.onMark();
  }

  /** Whether it stands in the list, where the keys go through it. @param {number} i */
  isListed(i) {
    const no = this.data.events.detected_no[i] ?? -1;
    return this.on.isShown(i) && (this.only === null || this.only.movements.includes(no));
  }

  /** List the movements of a part of a picture alone; all again. @param {LinkedPart | null} part */
  narrow(part) {
    this.only = part;
    this.clear();
    this.draw();
  }

  /** What the list is narrowed to, and how much of it there is. */
  #chip() {
    const { only } = this;
    if (!only) return null;
    const n = [...this.data.events.onset.keys()].filter((i) => this.isListed(i)).length;
    const all = only.movements.length;
    const says = n === all ? `${n}` : `${n} of ${all}, others hidden or edited away`;
    return el(
      "button",
      { type: "button", class: "list-chip", onclick: () => this.on.onAll(), "aria-label": "Show all movements again" },
      `${only.says}: ${says} ×`,
    );
  }

  /** @param {NightShown} data */
  update(data) {
    this.data = data;
    this.marked = new Set();
    this.anchor = null;
  }

  /** @param {number} i */
  #row(i) {
    const { events, review } = this.data;
    const no = events.detected_no[i];
    const said = no === null ? null : verdict(review.movements[no]);
    const origin = { detected: null, edited: "edited", added: "added" }[events.origin[i]];
    return el(
      "div",
      {
        id: `movement-${i}`,
        role: "option",
        class: events.left_out[i] ? "left-out" : null,
        "aria-selected": String(this.marked.has(i) || (!this.marked.size && i === this.selected)),
        "data-i": i,
        "data-chosen": i === this.selected ? "" : null,
      },
      el("span", { class: "list-time" }, this.clock.hms(events.onset[i])),
      el("span", { class: `chip chip-${groupOf(events.label[i])}` }, label(events.label[i])),
      el("span", { class: "muted" }, `${number((events.offset[i] - events.onset[i]) / 1000)} s`),
      el(
        "span",
        { class: "muted" },
        [events.leg[i] === "unknown" ? null : events.leg[i], said, origin].filter(Boolean).join(" · "),
      ),
    );
  }

  draw() {
    const shown = [...this.data.events.onset.keys()].filter((i) => this.isListed(i));
    const top = this.box.scrollTop;
    fill(this.chip, this.#chip());
    this.box.dataset.listed = String(shown.length);
    fill(
      this.box,
      shown.length
        ? shown.map((i) => this.#row(i))
        : el("div", { role: "option", "aria-selected": "false", class: "muted" }, "No movement is shown."),
    );
    this.box.scrollTop = top;
    this.#follow();
  }

  /** @param {number | null} i */
  select(i) {
    this.selected = i;
    for (const row of this.box.querySelectorAll("[data-chosen]")) row.removeAttribute("data-chosen");
    for (const row of this.box.querySelectorAll("[data-i]")) {
      const k = Number(row.getAttribute("data-i"));
      const is = String(this.marked.has(k) || (!this.marked.size && k === i));
      if (row.getAttribute("aria-selected") !== is) row.setAttribute("aria-selected", is);
    }
    this.#follow();
  }

  /** Bring the chosen one into view, inside the list alone. */
  #follow() {
    const row = this.box.querySelector(`[data-i="${this.selected}"]`);
    this.box.toggleAttribute("aria-activedescendant", false);
    if (!(row instanceof HTMLElement)) return;
    row.setAttribute("data-chosen", "");
    this.box.setAttribute("aria-activedescendant", row.id);
    const { offsetTop: top, offsetHeight: height } = row;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + height > this.box.scrollTop + this.box.clientHeight)
      this.box.scrollTop = top + height - this.box.clientHeight;
  }
}
