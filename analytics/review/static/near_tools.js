// @ts-check
// Below the movement from near: what it is, its edges as numbers, and what else can be done with it.

import { action, el, fill } from "./draw.js";
import { momentNear, tenths } from "./edge_drag.js";
import { LABEL_KEYS } from "./edits.js";
import { label } from "./words.js";

/** @import { Clock, Ms, NightShown, Span } from "./types.js" */

/**
 * @typedef {{ relabel: (name: string) => unknown, setEdges: (to: Span) => unknown, split: () => unknown,
 *   join: () => unknown, remove: () => unknown, add: () => unknown, setRuler: (at: Ms) => unknown }} Tools
 */

const WRONG = "Write a time such as 03:07:11.5";

/** @param {string} name */
const timeField = (name) => el("input", { name, size: 10, autocomplete: "off", required: true });

/** What an instant's field says; null, and a remark at the field, for anything else. */
/** @param {HTMLInputElement} field @param {Clock} clock @param {Ms} near */
const read = (field, clock, near) => {
  const at = field.value === field.defaultValue ? near : momentNear(clock, field.value, near);
  field.setCustomValidity(at === null ? WRONG : "");
  return field.reportValidity() ? at : null;
};

export class NearTools {
  /** @param {Clock} clock @param {Tools} tools */
  constructor(clock, tools) {
    this.clock = clock;
    this.tools = tools;
    /** @type {Span} */
    this.edges = [0, 0];
    this.isSeries = false;
    this.from = timeField("edge-from");
    this.to = timeField("edge-to");
    this.ruler = timeField("ruler");
    this.ruler.required = false;
    this.series = action("whole series", "⇧", () => this.#toggleSeries(), false);
    this.names = Object.entries(LABEL_KEYS).sort(([a], [b]) => (Number(a) || 10) - (Number(b) || 10));
    this.labels = this.names.map(([key, name]) => action(label(name), key, () => tools.relabel(name), false));
    this.adding = action("Add", "A", tools.add, false);
    this.form = el("div", { class: "part-add" });
    this.ofOne = [this.#labelRow(), this.#edgeForm(), this.#rulerForm()];
    this.more = [action("Join with next", "M", tools.join), action("Delete", "Del", tools.remove)];
    this.node = el(
      "div",
      { class: "near-tools" },
      this.ofOne,
      el("div", { class: "tools" }, this.more, this.adding),
      this.form,
    );
  }

  #toggleSeries() {
    this.isSeries = !this.isSeries;
    this.series.setAttribute("aria-pressed", String(this.isSeries));
  }

  #labelRow() {
    return el(
      "div",
      { class: "tools labels", role: "group", "aria-label": "What it is" },
      el("span", { class: "muted" }, "is:"),
      this.labels,
      this.series,
    );
  }

  #edgeForm() {
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const from = read(this.from, this.clock, this.edges[0]);
      const to = from === null ? null : read(this.to, this.clock, this.edges[1]);
      if (from === null || to === null) return;
      if (to <= from) this.to.setCustomValidity("The end comes after the start");
      if (this.to.reportValidity()) this.tools.setEdges([from, to]);
    };
    for (const field of [this.from, this.to]) field.addEventListener("input", () => field.setCustomValidity(""));
    return el(
      "form",
      { class: "tools edges", "aria-label": "Edges", onsubmit: submit },
      el("label", {}, "from ", this.from),
      el("label", {}, "to ", this.to),
      el("button", { type: "submit" }, "Set edges"),
    );
  }

  #rulerForm() {
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (this.ruler.value.trim()) {
        const at = momentNear(this.clock, this.ruler.value, this.edges[0]);
        this.ruler.setCustomValidity(at === null ? WRONG : "");
        if (!this.ruler.reportValidity() || at === null) return;
        this.tools.setRuler(at);
      }
      this.tools.split();
    };
    this.ruler.addEventListener("input", () => this.ruler.setCustomValidity(""));
    return el(
      "form",
      { class: "tools edges", "aria-label": "Split", onsubmit: submit },
      el("label", {}, "ruler ", el("kbd", {}, "R"), " ", this.ruler),
      el("button", { type: "submit" }, "Split there ", el("kbd", {}, "S")),
    );
  }

  /** Where the ruler lies. @param {Ms | null} at */
  showRuler(at) {
    this.ruler.value = at === null ? "" : tenths(this.clock, at);
  }

  /** The movement that is chosen. @param {NightShown} data @param {number | null} i */
  show(data, i) {
    for (const part of [...this.ofOne, ...this.more]) part.hidden = i === null;
    if (i === null) return;
    const { events } = data;
    this.edges = [events.onset[i], events.offset[i]];
    for (const [field, at] of /** @type {[HTMLInputElement, Ms][]} */ ([
      [this.from, this.edges[0]],
      [this.to, this.edges[1]],
    ])) {
      field.value = field.defaultValue = tenths(this.clock, at);
      field.setCustomValidity("");
    }
    this.labels.forEach((button, k) => {
      button.setAttribute("aria-pressed", String(this.names[k][1] === events.label[i]));
      button.disabled = events.left_out[i];
    });
    this.series.disabled = events.series_no[i] === null;
    for (const button of this.node.querySelectorAll(".edges button, .edges input")) {
      if (button instanceof HTMLButtonElement || button instanceof HTMLInputElement)
        button.disabled = events.left_out[i];
    }
    for (const button of this.more) button.disabled = events.left_out[i];
  }

  /** The form for a movement to add. @param {Node | null | undefined} form */
  showForm(form) {
    fill(this.form, form);
    this.adding.setAttribute("aria-pressed", String(Boolean(form)));
  }
}
