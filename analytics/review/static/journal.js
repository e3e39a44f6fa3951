// @ts-check
// The journal: last night and today on one screen, saved together; what was changed before; and the week.

import { el, fill } from "./draw.js";
import { address, day as shortDay, instant, longDay, messageOf } from "./formats.js";
import { fileCard } from "./journal_file.js";
import { DayForm, ownField } from "./journal_form.js";
import { guidedWeek } from "./journal_week.js";
import { released } from "./pressed.js";
import { inPlace, isSame } from "./renewing.js";
import { get, postJournal } from "./server.js";
import { asksBeforeLoss } from "./unsaved.js";
import { WORDS } from "./words.js";

/** @import { App, JournalAnswer, JournalDay, JournalField, JournalWeekDay, Named, Shown } from "./types.js" */

const DAY_MS = 86_400_000;
/** From here on a phone opens the evening's screen. */
const EVENING_H = 17;
/** How a save came about, in words. @type {Named} */
const BY = { page: "on this page", import: "from a file", before: "before changes were kept" };

/** @param {string} day @param {number} n */
const later = (day, n) => new Date(Date.parse(`${day}T00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);

/** The evening before today, on the clock of this machine. */
const lastNight = () => {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - 1)).toISOString().slice(0, 10);
};

/** @param {string} day @param {string} subject */
export const journalAddress = (day, subject) => `/journal/${day}?subject=${encodeURIComponent(subject)}`;

/** @param {JournalDay} day */
const history = (day) =>
  day.history.length > 0 &&
  el(
    "details",
    { class: "journal-history" },
    el(
      "summary",
      {},
      `${day.history.length} ${day.history.length === 1 ? "version" : "versions"} of ${longDay(day.day)}`,
    ),
    el(
      "ol",
      { class: "log" },
      day.history.map((save) =>
        el(
          "li",
          {},
          el("span", { class: "muted" }, `${save.at === null ? "" : instant(save.at)} ${BY[save.by] ?? save.by}`),
          el(
            "ul",
            { class: "plain" },
            save.cells.map(([says, cell]) =>
              el("li", {}, `${says}: `, cell === null ? WORDS.verdicts.undo : el("bdi", { class: "words" }, cell)),
            ),
          ),
        ),
      ),
    ),
  );

/** @param {JournalWeekDay} one @param {string} name */
const weekCell = (one, name) => (one.is_to_come ? "·" : (one.cells[name] ?? "?"));

/** @param {JournalAnswer} data @param {string} shown */
const weekHead = (data, shown) => {
  const dayOf = (/** @type {JournalWeekDay} */ one) =>
    one.is_to_come ? shortDay(one.day) : el("a", { href: journalAddress(one.day, data.subject) }, shortDay(one.day));
  return el(
    "thead",
    {},
    el(
      "tr",
      {},
      el("th", { scope: "col" }, "evening of"),
      data.week.map((one) => el("th", { scope: "col", class: one.day === shown ? "here" : null }, dayOf(one))),
    ),
  );
};

/** @param {JournalAnswer} data @param {string} shown @param {JournalField[]} fields */
const weekBody = (data, shown, fields) => {
  const nightOf = (/** @type {JournalWeekDay} */ one) =>
    one.has_night
      ? el("a", { href: address({ night_date: one.day, subject: data.subject }) }, "night")
      : el("span", { class: "muted" }, one.is_to_come ? "·" : "–");
  const cellOf = (/** @type {JournalWeekDay} */ one, /** @type {string} */ name) =>
    el("td", { class: one.day === shown ? "here" : null }, el("bdi", {}, weekCell(one, name).slice(0, 40)));
  return el(
    "tbody",
    {},
    el(
      "tr",
      {},
      el("th", { scope: "row" }, "recorded"),
      data.week.map((one) => el("td", {}, nightOf(one))),
    ),
    fields.map((field) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, field.says),
        data.week.map((one) => cellOf(one, field.name)),
      ),
    ),
  );
};

/** @param {JournalAnswer} data @param {string} shown */
const week = (data, shown) => {
  const names = [...data.fields, ...data.own.map(ownField)].filter(
    (field) => field.kind !== "words" && data.week.some((one) => one.cells[field.name] !== undefined),
  );
  return el(
    "section",
    { class: "card journal-week", "aria-label": "Week" },
    el(
      "div",
      { class: "head" },
      el("h2", {}, "Week"),
      el("span", { class: "muted small" }, "? is not answered, · is still to come"),
      el("a", { href: journalAddress(later(shown, -7), data.subject) }, "‹ week before"),
      !data.week[6].is_to_come && el("a", { href: journalAddress(later(shown, 7), data.subject) }, "week after ›"),
    ),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": "The week as a table" },
      el("table", {}, weekHead(data, shown), weekBody(data, shown, names)),
    ),
  );
};

/** A cell within a sentence. @param {string | null} cell */
const shown = (cell) => (cell === null ? "nothing" : cell.length > 60 ? `${cell.slice(0, 60)}…` : cell);

/** What was typed and not saved, by person and day, while another page is shown. @type {Map<string, Named>} */
const drafts = new Map();
asksBeforeLoss(() => drafts.size > 0);

/** @param {string} subject @param {string} day */
const draftOf = (subject, day) => JSON.stringify([subject, day]);

/** What might matter of a day whose night is still to come. */
const OF_THE_EVENING = ["matters", "words"];

/** A person's day and the next one, with what is typed and not yet saved. */
class Journal {
  /** @param {App} app @param {JournalAnswer} data */
  constructor(app, data) {
    this.app = app;
    this.node = el("div", { class: "page-journal" });
    this.says = el("p", { class: "journal-says", role: "status" });
    this.isBusy = false;
    this.data = data;
    this.guided = el("div", {});
    this.screen = this.#first();
    this.forms = this.#draw();
    this.#takeUp();
    this.node.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Put back what was typed here before another page was shown. */
  #takeUp() {
    for (const form of this.forms) {
      const key = draftOf(this.data.subject, form.day);
      const typed = drafts.get(key);
      if (!typed) continue;
      drafts.delete(key);
      form.keep(typed, {});
      fill(this.says, "What you wrote here before is back, and not saved yet.");
    }
  }

  /** Keep what is typed and not saved until this day is shown again. */
  leave() {
    for (const form of this.forms) {
      const typed = form.changed();
      if (Object.keys(typed).length) drafts.set(draftOf(this.data.subject, form.day), typed);
    }
  }

  get isTyped() {
    return this.forms.some((form) => Object.keys(form.changed()).length > 0);
  }

  /** Another window may have been here. Where something is typed, or a file is chosen, that stays: saving says more. */
  async renew() {
    const hasFile = () => [...this.node.querySelectorAll("input")].some((one) => one.files?.length);
    const isHeld = () => this.isBusy || this.isTyped || hasFile() || !this.node.isConnected;
    const data = await get("/api/journal", { subject: this.data.subject, day: this.forms[0].day });
    if (isSame(data, this.data) || isHeld()) return;
    await inPlace(() => {
      if (isHeld()) return;
      this.data = data;
      this.forms = this.#draw();
    });
  }

  /** In the evening the day that is to be noted, else the night that was. */
  #first() {
    const isLast = this.data.days.length > 1 && this.data.days[0].day === lastNight();
    return isLast && new Date().getHours() >= EVENING_H ? 1 : 0;
  }

  #draw() {
    const { data } = this;
    const [night, ...rest] = data.days;
    const own = data.own.map(ownField);
    const fields = [...data.fields, ...own];
    const isLast = night.day === lastNight();
    const title = `${isLast ? "Last night: " : ""}${longDay(night.day)}, to the morning after`;
    const forms = [new DayForm(night, fields, data.parts, title)];
    for (const next of rest) {
      const asked = fields.filter((field) => OF_THE_EVENING.includes(field.part));
      forms.push(new DayForm(next, asked, data.parts, `${isLast ? "Today: " : "The day after: "}${longDay(next.day)}`));
    }
    fill(
      this.node,
      this.#title(night.day),
      data.days.length > 1 && this.#screens(isLast),
      el(
        "div",
        { class: "journal-days", "data-screen": this.screen },
        forms.map((form) => form.node),
      ),
      this.#bar(),
      el("div", { class: "card" }, el("h2", {}, "What was changed"), data.days.map(history)),
      week(data, night.day),
      fileCard(data),
      this.guided,
    );
    return forms;
  }

  /** @param {string} day */
  #title(day) {
    const { data, app } = this;
    const people = el(
      "select",
      { name: "subject" },
      data.people.map((name) => el("option", { value: name, selected: name === data.subject }, name)),
    );
    people.addEventListener("change", () => app.go(journalAddress(day, people.value)));
    return el(
      "div",
      { class: "title" },
      el("a", { class: "turn", href: journalAddress(later(day, -1), data.subject), "aria-label": "Day before" }, "‹"),
      el("h1", {}, "Journal"),
      data.days.length > 1 &&
        el("a", { class: "turn", href: journalAddress(later(day, 1), data.subject), "aria-label": "Day after" }, "›"),
      data.people.length > 1 && el("label", {}, "Person ", people),
      el(
        "span",
        { class: "muted" },
        "Write times as you like: 22:40, 10:40 pm, 2240. Dashed is not answered, which is not 0. On a scale type the " +
          "digit, = for 10; a second click takes it back.",
      ),
    );
  }

  /** On a narrow page one of the two days at a time: the night in the morning, the next one in the evening. */
  #screens(/** @type {boolean} */ isLast) {
    const names = isLast ? ["Last night", "Today"] : ["This night", "The day after"];
    const buttons = names.map((name, i) =>
      el("button", { type: "button", "aria-pressed": String(i === this.screen) }, name),
    );
    for (const [i, button] of buttons.entries())
      button.addEventListener("click", () => {
        this.screen = i;
        this.node.querySelector(".journal-days")?.setAttribute("data-screen", String(i));
        for (const [k, one] of buttons.entries()) one.setAttribute("aria-pressed", String(k === i));
        scrollTo({ top: 0, behavior: "instant" });
      });
    return el("div", { class: "journal-screens", role: "group", "aria-label": "Which day" }, buttons);
  }

  #bar() {
    return el(
      "div",
      { class: "journal-bar" },
      el(
        "button",
        { type: "button", class: "primary", onclick: () => this.save() },
        "Save ",
        el("kbd", {}, "Ctrl+Enter"),
      ),
      el("button", { type: "button", onclick: () => this.copy() }, "As the day before ", el("kbd", {}, "Y")),
      this.says,
    );
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.save();
      return;
    }
    const { target } = event;
    const isScale = target instanceof HTMLInputElement && target.type === "radio";
    if (isScale && event.key.toLowerCase() === "y" && !event.ctrlKey && !event.metaKey && !event.altKey) this.copy();
  }

  copy() {
    const n = this.forms[0].copy(this.data.before);
    fill(this.says, n ? `${n} answers as the day before, not saved yet.` : "The day before has nothing to add.");
  }

  async save() {
    if (this.isBusy) return;
    this.isBusy = true;
    const { subject } = this.data;
    const typed = this.forms.map((form) => form.changed());
    try {
      const answers = [];
      for (const [i, form] of this.forms.entries()) {
        if (!Object.keys(typed[i]).length) answers.push(null);
        else answers.push(await postJournal({ subject, day: form.day, seen: form.seen, cells: typed[i] }));
      }
      await this.#shown(typed, answers);
    } catch (error) {
      fill(this.says, `Not saved; what you wrote stays here. ${messageOf(error)}`);
      this.says.classList.add("wrong");
    }
    this.isBusy = false;
  }

  /**
   * Draw anew what is stored now; what could not be saved, and what was typed meanwhile, stays as it is.
   * @param {Named[]} typed
   * @param {(import("./types.js").JournalSaved | null)[]} answers
   */
  async #shown(typed, answers) {
    const [{ day }] = this.forms;
    const data = await get("/api/journal", { subject: this.data.subject, day });
    await released();
    const left = this.forms.map((form, i) => {
      const now = form.changed();
      const wrong = answers[i]?.wrong ?? {};
      return Object.fromEntries(Object.entries(now).filter(([name, text]) => name in wrong || text !== typed[i][name]));
    });
    const focused = document.activeElement?.id;
    this.data = data;
    this.forms = this.#draw();
    this.forms.forEach((form, i) => form.keep(left[i] ?? {}, answers[i]?.wrong ?? {}));
    if (focused) document.getElementById(focused)?.focus();
    const wrong = answers.flatMap((answer) => Object.keys(answer?.wrong ?? {}));
    const meanwhile = answers
      .flatMap((answer) => answer?.meanwhile ?? [])
      .map(({ says, theirs, mine }) =>
        theirs === mine
          ? `${says}: ${shown(theirs)}`
          : `${says}: there ${shown(theirs)}, here ${shown(mine)}, which holds`,
      );
    const remarks = new Set(answers.map((answer) => answer?.remark).filter(Boolean));
    fill(
      this.says,
      [
        wrong.length
          ? `${wrong.length} ${wrong.length === 1 ? "field" : "fields"} to mend. The rest is saved.`
          : answers.some(Boolean)
            ? "Saved."
            : "Nothing was changed.",
        meanwhile.length &&
          `This day was changed meanwhile elsewhere. ${meanwhile.join("; ")}. ` + "The history has both.",
        ...remarks,
      ]
        .filter(Boolean)
        .join(" "),
    );
    this.says.classList.toggle("wrong", wrong.length + meanwhile.length > 0);
  }
}

/**
 * @param {App} app
 * @param {URL} url
 * @returns {Promise<Shown>}
 */
export const showJournal = async (app, url) => {
  const day = /^\/journal\/(\d{4}-\d\d-\d\d)$/.exec(url.pathname)?.[1] ?? lastNight();
  const data = await get("/api/journal", { subject: url.searchParams.get("subject") ?? "", day });
  const journal = new Journal(app, data);
  fill(journal.guided, await guidedWeek(data.subject));
  const end = asksBeforeLoss(() => journal.isTyped);
  return {
    node: journal.node,
    title: `Journal, ${longDay(day)}`,
    keys: { y: () => journal.copy() },
    renew: () => journal.renew(),
    leave: () => {
      end();
      journal.leave();
    },
  };
};
