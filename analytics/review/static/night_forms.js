// @ts-check
// The forms of a night's page, one open at a time: a span to exclude, a stretch asleep or awake, a movement to add.
// Each is filled by a drag or typed.

import { action, fill } from "./draw.js";
import { legsToAdd } from "./edits.js";
import { spanForm } from "./span_form.js";
import { WORDS } from "./words.js";

/** @import { App, Clock, NightShown, Span } from "./types.js" */

/** @typedef {"exclude" | "bout" | "add"} FormName */

/**
 * @typedef {{ app: App, data: NightShown, clock: Clock, acts: import("./night_acts.js").NightActs,
 *   long: import("./timeline.js").Timeline, near: import("./inspector.js").Inspector,
 *   tools: import("./near_tools.js").NearTools, parts: { form: HTMLElement } }} Page
 */

export class NightForms {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {FormName | null} */
    this.open = null;
    /** @type {ReturnType<typeof spanForm> | null} */
    this.form = null;
    this.exclude = action("Exclude a span", "E", () => this.toggle("exclude"), false);
    this.bout = action("Awake or asleep", "B", () => this.toggle("bout"), false);
    this.buttons = [this.bout, this.exclude];
  }

  get isOpen() {
    return this.open !== null;
  }

  /** @param {FormName} name */
  toggle(name) {
    if (this.open === name) return this.close();
    this.close();
    this.form = { exclude: () => this.#excluding(), bout: () => this.#awake(), add: () => this.#adding() }[name]();
    if (!this.form) return;
    this.open = name;
    this.#show();
    this.form.focus();
  }

  close() {
    this.open = null;
    this.form = null;
    this.#show();
  }

  #show() {
    const { page, open, form } = this;
    const isAdd = open === "add";
    page.long.mark(open === "exclude" || open === "bout");
    page.near.drag.add(isAdd);
    page.tools.showForm(isAdd ? form?.node : null);
    fill(page.parts.form, !isAdd && form?.node);
    this.exclude.setAttribute("aria-pressed", String(open === "exclude"));
    this.bout.setAttribute("aria-pressed", String(open === "bout"));
  }

  /** What was marked in a picture. @param {Span} span */
  fill([start, end]) {
    this.form?.fill(start, end);
  }

  /** @param {Promise<boolean>} sent */
  async #closed(sent) {
    if (await sent) this.close();
  }

  #excluding() {
    const { page } = this;
    const save = (/** @type {Span} */ span, /** @type {string | null} */ why) =>
      this.#closed(page.acts.exclude(span, why));
    const looks = { name: "Span to exclude", does: WORDS.verdicts_to_give.exclude, why: true };
    return spanForm(page.clock, page.data.night.recorded_from, { save, cancel: () => this.close() }, looks);
  }

  #awake() {
    const { page } = this;
    const save = (/** @type {Span} */ span, /** @type {string | null} */ why, /** @type {string} */ state) =>
      this.#closed(page.acts.bout(span, state, why));
    const options = /** @type {[string, string][]} */ ([
      ["wake", "awake"],
      ["sleep", "asleep"],
    ]);
    const looks = { name: "Awake or asleep", does: "Set", why: true, choose: { label: "was", options } };
    return spanForm(page.clock, page.data.night.recorded_from, { save, cancel: () => this.close() }, looks);
  }

  #adding() {
    const { page } = this;
    const legs = legsToAdd(page.data.night.legs);
    if (!legs.length) {
      page.app.say("No leg was recorded in this night, so no movement can be added.");
      return null;
    }
    const save = (/** @type {Span} */ span, /** @type {string | null} */ _why, /** @type {string} */ leg) =>
      this.#closed(page.acts.add(span, leg));
    const options = legs.map((leg) => /** @type {[string, string]} */ ([leg, leg === "both" ? "both legs" : leg]));
    const hint = "Drag over the trace above, or type: ";
    const looks = { name: "Movement to add", does: "Add it", why: false, choose: { label: "leg", options }, hint };
    return spanForm(page.clock, page.data.night.recorded_from, { save, cancel: () => this.close() }, looks);
  }
}
