// @ts-check
// The form of one day of the journal: a field for each thing that is asked, what was typed, and what is wrong with it.
// A wrong field keeps its text and holds up nothing else. What a cell means the server reads.

import { el, fill } from "./draw.js";
import { released } from "./pressed.js";
import { get } from "./server.js";

/** @import { JournalDay, JournalField, Named } from "./types.js" */

const OWN_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** @param {JournalField} field @param {string} day */
const idOf = (field, day) => `journal-${day}-${field.name}`;

/** @param {string} name @returns {JournalField} */
export const ownField = (name) => ({
  name,
  part: "matters",
  kind: "own",
  says: name.replaceAll("_", " "),
  unit: "",
  low: 0,
  high: 0,
  word: "",
  asked: "of your own: a number, or words",
  bounds: "",
});

/** One field: a box for text, or a scale. */
class Box {
  /**
   * @param {JournalField} field
   * @param {string} day
   * @param {string} saved what is stored
   */
  constructor(field, day, saved) {
    this.field = field;
    this.saved = saved;
    const id = idOf(field, day);
    this.says = el("span", { class: "said", id: `${id}-says` });
    this.node = field.kind === "scale" ? this.#scale(id) : this.#box(id);
    this.put(saved);
  }

  /** @param {string} id */
  #box(id) {
    const { field } = this;
    const shared = { id, name: field.name, "aria-describedby": `${id}-says`, dir: "auto", autocomplete: "off" };
    this.input =
      field.kind === "words"
        ? el("textarea", { ...shared, rows: field.part === "words" ? 2 : 1 })
        : el("input", shared);
    this.input.addEventListener("change", () => this.#read());
    const unit = field.unit && `, ${field.unit}`;
    return el(
      "div",
      { class: field.part === "words" ? "journal-field wide" : "journal-field" },
      el("label", { for: id, title: field.asked || null }, field.says, unit),
      this.input,
      this.says,
    );
  }

  /** @param {string} id */
  #scale(id) {
    const { field } = this;
    const steps = Array.from({ length: field.high - field.low + 1 }, (_, i) => String(field.low + i));
    if (field.word) steps.push(field.word);
    this.radios = steps.map((value) => el("input", { type: "radio", name: id, value, id: `${id}-${value}` }));
    this.group = el(
      "fieldset",
      { class: field.word ? "journal-scale wide" : "journal-scale", "aria-describedby": `${id}-says` },
      el("legend", { title: field.asked || null }, field.says),
      el(
        "div",
        { class: "steps" },
        this.radios.map((radio) => el("label", {}, radio, el("span", {}, radio.value))),
      ),
      this.says,
    );
    this.group.addEventListener("change", () => this.#mark());
    for (const radio of this.radios) radio.addEventListener("click", () => this.#clicked(radio));
    this.group.addEventListener("keydown", (event) => this.#pressed(event));
    return this.group;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "-" || event.key === "Backspace" || event.key === "Delete") this.put("");
    else if (/^[0-9=]$/.test(event.key)) this.#choose(event.key === "=" ? "10" : event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What is chosen already is taken back: a finger has no key for it. @param {HTMLInputElement} radio */
  #clicked(radio) {
    if (this.marked === radio.value) this.put("");
    else this.#mark();
  }

  /** @param {string} value */
  #choose(value) {
    const radio = this.radios?.find((one) => one.value === value);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    this.#mark();
  }

  /** Dashed where it is not answered, which is not the same as 0. */
  #mark() {
    this.marked = this.text;
    this.group?.classList.toggle("unanswered", this.text === "");
    this.#say("", false);
  }

  get text() {
    if (this.input) return this.input.value;
    const chosen = this.radios?.find((radio) => radio.checked)?.value ?? "";
    // What lies between two steps came from a file; it stays as long as none is chosen.
    return chosen === "" && this.between !== undefined ? this.between : chosen;
  }

  get isChanged() {
    return this.text !== this.saved;
  }

  /** @param {string} text */
  put(text) {
    if (this.input) {
      this.input.value = text;
      return this.#say("", false);
    }
    for (const radio of this.radios ?? []) radio.checked = radio.value === text;
    this.between = text !== "" && !this.radios?.some((radio) => radio.checked) ? text : undefined;
    this.#mark();
    if (this.between !== undefined) this.#say(this.between, false);
  }

  /** How what was typed is read, beneath it. */
  async #read() {
    const { text, field } = this;
    const isRead = text.trim() !== "" && field.kind !== "words";
    try {
      const reading = isRead ? await get("/api/journal-reading", { kind: field.name, cell: text }) : null;
      await released();
      if (text !== this.text) return undefined;
      if (!reading) return this.#say("", false);
      const { cell, wrong } = reading;
      return wrong ? this.#say(wrong, true) : this.#say(cell === text ? "" : (cell ?? ""), false);
    } catch {
      return undefined; // the save will say it
    }
  }

  /** @param {string} wrong */
  refuse(wrong) {
    this.#say(wrong, true);
  }

  /** @param {string} text @param {boolean} isWrong */
  #say(text, isWrong) {
    fill(this.says, text);
    this.says.classList.toggle("wrong", isWrong);
    if (this.input && isWrong) this.input.setAttribute("aria-invalid", "true");
    else this.input?.removeAttribute("aria-invalid");
  }
}

/** One day. */
export class DayForm {
  /**
   * @param {JournalDay} day
   * @param {JournalField[]} fields
   * @param {Named} parts
   * @param {string} title
   */
  constructor(day, fields, parts, title) {
    this.day = day.day;
    this.seen = day.seen;
    this.boxes = fields.map((field) => new Box(field, day.day, day.cells[field.name] ?? ""));
    const own = el("input", { id: `journal-${day.day}-new`, autocomplete: "off" });
    const wrong = el("span", { class: "said wrong" });
    const add = el("button", { type: "button" }, "Add");
    this.own = el("div", { class: "journal-fields" });
    add.addEventListener("click", () => {
      const name = own.value
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, "_");
      const isNew = !this.boxes.some((box) => box.field.name === name) && name !== "date" && name !== "subject";
      if (!OWN_NAME.test(name) || !isNew) return fill(wrong, "a name of small letters and digits that is not there");
      fill(wrong);
      own.value = "";
      this.add(name)?.input?.focus();
      return undefined;
    });
    this.node = el(
      "section",
      { class: "card journal-day", "aria-label": title },
      el("h2", {}, title),
      Object.entries(parts).map(([part, says]) => this.#part(part, says)),
      el(
        "div",
        { class: "journal-fields" },
        this.own,
        el("div", { class: "journal-field" }, el("label", { for: own.id }, "a factor of your own"), own, wrong),
        add,
      ),
    );
  }

  /** @param {string} part @param {string} says */
  #part(part, says) {
    const mine = this.boxes.filter((box) => box.field.part === part);
    if (!mine.length) return null;
    const texts = mine.filter((box) => box.input);
    const scales = mine.filter((box) => !box.input);
    const ends = [...new Set(scales.map((box) => box.field.asked))];
    const meant =
      ends.length > 1 ? scales.map((box) => `${box.field.says}: ${box.field.asked}`).join(" · ") : (ends[0] ?? "");
    return [
      el("h3", {}, says),
      texts.length > 0 &&
        el(
          "div",
          { class: "journal-fields" },
          texts.map((box) => box.node),
        ),
      meant && el("p", { class: "muted small journal-ends" }, meant),
      scales.length > 0 &&
        el(
          "div",
          { class: "journal-scales" },
          scales.map((box) => box.node),
        ),
    ];
  }

  /** @param {string} name */
  add(name) {
    const box = new Box(ownField(name), this.day, "");
    this.boxes.push(box);
    this.own.append(box.node);
    return box;
  }

  /** What was changed since it was loaded. @returns {Named} */
  changed() {
    return Object.fromEntries(this.boxes.filter((box) => box.isChanged).map((box) => [box.field.name, box.text]));
  }

  /**
   * What was typed and not saved, put back with what is wrong with it.
   * @param {Named} typed
   * @param {Named} wrong
   */
  keep(typed, wrong) {
    for (const [name, text] of Object.entries(typed)) {
      const box = this.boxes.find((one) => one.field.name === name) ?? this.add(name);
      box.put(text);
      if (wrong[name]) box.refuse(wrong[name]);
    }
  }

  /**
   * Answer as the day before what is not answered: sleep and what might matter. How it was is asked anew.
   * @param {Named} before
   */
  copy(before) {
    const open = this.boxes.filter((box) => box.text === "" && ["sleep", "matters"].includes(box.field.part));
    const found = open.filter((box) => before[box.field.name] !== undefined);
    for (const box of found) box.put(before[box.field.name]);
    return found.length;
  }
}
