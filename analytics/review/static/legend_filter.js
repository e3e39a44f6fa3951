// @ts-check
// The legend of movements, which is a filter: each group is shown or not, with its count, and beside it the way to its
// next movement.

import { el } from "./draw.js";
import { GROUPS, groupOf } from "./words.js";

/** @import { Group } from "./types.js" */

export class LegendFilter {
  /** @param {{ onToggle: () => unknown, onNext: (group: string) => unknown }} on */
  constructor(on) {
    this.on = on;
    /** Groups that are shown. */
    this.shown = new Set(GROUPS.map((group) => group.name));
    this.items = GROUPS.map((group) => this.#item(group));
    this.node = el(
      "div",
      { class: "legend filter", role: "group", "aria-label": "Movements shown" },
      el("span", { "aria-hidden": "true" }, "Show:"),
      this.items.map((item) => el("span", { class: "filter-item" }, item.toggle, item.next)),
    );
  }

  /** @param {Group} group */
  #item({ name, says }) {
    const count = el("span", { class: "filter-count" });
    const toggle = el(
      "button",
      { type: "button", "aria-pressed": "true", class: "toggle", onclick: () => this.#toggle(name) },
      el("span", { class: "filter-box", "aria-hidden": "true" }),
      el("span", { class: `swatch fill-${name}` }),
      `${says} `,
      count,
    );
    const next = el(
      "button",
      { type: "button", class: "filter-next", "aria-label": `Next: ${says}`, onclick: () => this.on.onNext(name) },
      "›",
    );
    return { name, count, toggle, next };
  }

  /** @param {string} name */
  #toggle(name) {
    if (!this.shown.delete(name)) this.shown.add(name);
    this.#draw();
    this.on.onToggle();
  }

  /** How many there are of each group. @param {string[]} labels */
  count(labels) {
    for (const item of this.items) {
      item.count.textContent = String(labels.filter((label) => groupOf(label) === item.name).length);
    }
    this.#draw();
  }

  #draw() {
    for (const { name, count, toggle, next } of this.items) {
      const isShown = this.shown.has(name);
      toggle.setAttribute("aria-pressed", String(isShown));
      next.disabled = !isShown || count.textContent === "0";
    }
  }
}
