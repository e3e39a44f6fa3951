// @ts-check
// A picture that comes drawn and whose parts are buttons: each lists its movements. One of them is reached by Tab, the
// arrows lead to the others.

import { drawn, el, fill } from "./draw.js";

/** @import { LinkedPart, StillPicture } from "./types.js" */

/** Where a key leads among the buttons. @type {Record<string, (at: number, last: number) => number>} */
const STEPS = {
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, last) => last,
};

export class LinkedPicture {
  /**
   * @param {StillPicture} still
   * @param {string} name what its parts are, for those who do not see it
   * @param {(part: LinkedPart | null) => unknown} onPick null: the part is put back
   */
  constructor(still, name, onPick) {
    this.parts = still.parts;
    this.onPick = onPick;
    /** @type {LinkedPart | null} */
    this.chosen = null;
    this.buttons = still.parts.map((part, i) => this.#button(part, i));
    const keys = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    this.node = el("figure", { class: "drawn" });
    fill(
      this.node,
      el(
        "div",
        { class: "linked" },
        drawn(still.drawn),
        this.buttons.length > 0 &&
          el("div", { role: "toolbar", "aria-label": `${name}: list their movements`, onkeydown: keys }, this.buttons),
      ),
      el("figcaption", { class: "muted small" }, still.caption, " A click on one lists its movements."),
    );
  }

  /** @param {LinkedPart} part @param {number} i */
  #button(part, i) {
    const n = part.movements.length;
    const says = `${part.says}: ${n} ${n === 1 ? "movement" : "movements"}`;
    const button = el("button", {
      type: "button",
      class: "linked-part",
      tabindex: i === 0 ? 0 : -1,
      "aria-label": says,
      "aria-pressed": "false",
      title: says,
      onclick: () => this.onPick(this.chosen === part ? null : part),
    });
    const percent = (/** @type {number} */ share) => `${100 * share}%`;
    button.style.left = percent(part.left);
    button.style.top = percent(part.top);
    button.style.width = percent(part.width);
    button.style.height = percent(part.height);
    return button;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.buttons.findIndex((button) => button === event.target);
    const step = STEPS[event.key];
    if (!step || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const last = this.buttons.length - 1;
    const next = Math.max(0, Math.min(last, step(at, last)));
    this.buttons.forEach((button, i) => button.setAttribute("tabindex", i === next ? "0" : "-1"));
    this.buttons[next].focus();
  }

  /** Which part is listed. @param {LinkedPart | null} part */
  show(part) {
    this.chosen = part;
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(this.parts[i] === part)));
  }
}
