// @ts-check
// The page of one night: put together here, drawn by its parts, and drawn again when a verdict changes something.

import { journal, reasons, recorded, remarked } from "./cards.js";
import { action, drawn, el, fill } from "./draw.js";
import { clockOf, longDay, messageOf, number } from "./formats.js";
import { Inspector } from "./inspector.js";
import { firstToShow, nextShown } from "./movements.js";
import { stillPicture, strip } from "./pictures.js";
import { untoldChip } from "./rows.js";
import { getFresh, prefetch } from "./server.js";
import { spanForm } from "./span_form.js";
import { Timeline } from "./timeline.js";
import { askNote, log, nightState, send, sideBySide } from "./verdicts.js";
import { WORDS, capital, flag } from "./words.js";

/** @import { App, NightAnswer, NightKey, StripAnswer, Said, Shown } from "./types.js" */

/** @param {NightKey} night */
const question = (night) => ({ subject: night.subject, night: night.night_date });

/** @param {string} name */
const part = (name) => el("div", { class: `part-${name}` });

/** What the page of a night shows, and what its keys and buttons do. */
class NightPage {
  /**
   * @param {App} app
   * @param {NightAnswer} data
   * @param {StripAnswer} all
   */
  constructor(app, data, all) {
    this.app = app;
    this.data = data;
    this.all = all;
    this.nights = all.nights;
    this.clock = clockOf(data.offsets);
    this.parts = {
      strip: part("strip"),
      state: part("state"),
      numbers: part("numbers"),
      flags: el("div", { class: "columns even part-flags" }),
      form: part("form"),
      log: part("log"),
    };
    /** @type {ReturnType<typeof spanForm> | null} */
    this.form = null;
    this.exclude = action("Exclude a span", "E", () => this.mark(this.form === null), false);
    this.near = new Inspector(data, this.clock, {
      onMove: (by) => this.move(by),
      verdictButtons: (i) => this.#movementButtons(i),
    });
    this.long = new Timeline(data, this.clock, {
      onPick: (i) => this.select(i),
      onSpan: (start, end) => this.form?.fill(start, end),
    });
    this.node = this.#put();
  }

  #put() {
    const { data, parts, clock } = this;
    return el(
      "div",
      { class: "page-night" },
      parts.strip,
      this.#title(),
      !data.night.assessable &&
        el(
          "p",
          { class: "warning", role: "note" },
          `${capital(WORDS.not_assessable)}: ${data.night.not_assessable_reason} ${WORDS.counts_only}`,
        ),
      data.night.long_sleep && el("p", { class: "warning", role: "note" }, capital(data.night.long_sleep)),
      parts.numbers,
      this.#timelineCard(),
      el(
        "div",
        { class: "columns" },
        this.near.node,
        remarked("Time between movements", "log scale", stillPicture(data.pictures.intervals)),
        remarked("Per clock hour", "all movements", stillPicture(data.pictures.hours)),
        drawn(data.pictures.patterns),
      ),
      parts.flags,
      el("div", { class: "columns even" }, parts.log, journal(data.journal, data.night), recorded(data, clock)),
    );
  }

  #title() {
    const { app, data, clock } = this;
    const { night } = data;
    const { several } = this.all;
    const turn = (/** @type {string} */ label, /** @type {number} */ direction, /** @type {string} */ sign) =>
      el("button", { type: "button", class: "turn", "aria-label": label, onclick: () => app.step(direction) }, sign);
    return el(
      "div",
      { class: "title" },
      turn("Night before", -1, "‹"),
      el("h1", {}, longDay(night.night_date)),
      turn("Night after", 1, "›"),
      el(
        "span",
        { class: "muted" },
        several && [el("bdi", {}, night.subject), " · "],
        `${clock.hm(night.recorded_from)} to ${clock.hm(night.recorded_to)} · ` +
          `${number(night.recorded_h)} h recorded`,
      ),
      data.flags
        .filter((found) => found.raised)
        .map((found) => el("span", { class: `flag ${found.name}` }, flag(found.name))),
      night.assessable &&
        data.flags
          .filter((found) => found.state === "cannot_tell")
          .map((found) => untoldChip(found.name, found.reason, found.lacks_answer && WORDS.not_asked)),
      this.parts.state,
    );
  }

  #timelineCard() {
    const help = "Drag to zoom, double-click for the whole night, click a movement to see it from near.";
    return el(
      "section",
      { class: "card", "aria-label": "The night" },
      this.long.node,
      el("div", { class: "bar-of-actions" }, el("span", { class: "muted small" }, help), this.exclude),
      this.parts.form,
    );
  }

  /** @param {number} i */
  #movementButtons(i) {
    const said = this.data.review.movements[this.data.events.movement_no[i]];
    return [["confirm"], ["unsure"], ["dismiss", "D"]].map(([word, key]) =>
      action(WORDS.verdicts_to_give[word], key, () => this.judgeMovement(word), said === word),
    );
  }

  #nightButtons() {
    const said = this.data.review.night;
    return [
      ["confirm", "C"],
      ["dismiss", "X"],
      ["unsure", "U"],
    ].map(([word, key]) => action(WORDS.verdicts_to_give[word], key, () => this.judgeNight(word), said === word));
  }

  /** What a verdict changes. */
  #drawParts() {
    const { data, parts, clock } = this;
    const width = parts.strip.clientWidth || 900;
    fill(parts.strip, strip(this.nights, data.night, width, this.app.open));
    fill(
      parts.state,
      nightState(data.review),
      this.#nightButtons(),
      action(WORDS.verdicts_to_give.note, "N", () => this.note()),
    );
    fill(
      parts.flags,
      data.flags.map((found) =>
        reasons(found, data.review.flags[found.name], (word) => this.judgeFlag(found.name, word)),
      ),
    );
    fill(parts.numbers, sideBySide(data.review));
    const takeBack = (/** @type {number} */ start, /** @type {number} */ end) =>
      this.#decide({ verdict: "undo", start, end });
    fill(parts.log, log(data.review, clock, takeBack));
  }

  draw() {
    this.#drawParts();
    this.long.draw();
  }

  /** Send a verdict and show what holds then; whether that went well. @param {Said} said */
  async #decide(said) {
    try {
      this.data.review = await send(this.data.night, said);
    } catch (error) {
      this.app.say(messageOf(error));
      return false;
    }
    this.app.say("Saved.");
    this.nights = (await this.app.refresh()).nights;
    this.#drawParts();
    this.long.draw();
    this.near.show();
    return true;
  }

  /** Said once more, a verdict is taken back. @param {string} word */
  judgeNight(word) {
    return this.#decide({ verdict: this.data.review.night === word ? "undo" : word });
  }

  /** @param {string} name @param {string} word */
  judgeFlag(name, word) {
    return this.#decide({ verdict: this.data.review.flags[name] === word ? "undo" : word, flag: name });
  }

  /** @param {string} word */
  judgeMovement(word) {
    const { events, review } = this.data;
    const i = this.near.selected;
    if (i === null) return this.app.say("There is no movement to judge.");
    const said = review.movements[events.movement_no[i]];
    return this.#decide({ verdict: said === word ? "undo" : word, onset: events.onset_us[i] });
  }

  async note() {
    const { events } = this.data;
    const i = this.near.selected;
    const answer = await askNote(i === null ? null : `the movement at ${this.clock.hms(events.onset[i])}`);
    if (answer === null) return;
    const onset = answer.about === "movement" && i !== null ? events.onset_us[i] : null;
    await this.#decide({ verdict: "note", note: answer.note, onset });
  }

  /** Begin or end to mark a span that does not count. @param {boolean} on */
  mark(on) {
    this.long.mark(on);
    const save = async (/** @type {[number, number]} */ [start, end], /** @type {string | null} */ why) => {
      if (await this.#decide({ verdict: "exclude", start, end, note: why })) this.mark(false);
    };
    const cancel = () => this.mark(false);
    this.form = on ? spanForm(this.clock, this.data.night.recorded_from, { save, cancel }) : null;
    fill(this.parts.form, this.form?.node);
    this.exclude.setAttribute("aria-pressed", String(on));
    this.form?.focus();
  }

  /** To the next movement that is shown. @param {number} by 1 or -1 */
  move(by) {
    const here = this.near.selected;
    if (here === null) return;
    const next = nextShown(this.data.events.onset.length, here, by, (i) => this.long.isShown(i));
    if (next !== null) return this.select(next);
    this.app.say(by > 0 ? "This is the last movement." : "This is the first movement.");
  }

  /** @param {number} i */
  select(i) {
    this.long.select(i);
    const { pathname, search } = location;
    history.replaceState(null, "", `${pathname}${search}#${this.data.events.movement_no[i]}`);
    return this.near.select(i);
  }

  /** Draw for the first time, when widths are known. @param {number | null} wanted number of a movement */
  async show(wanted) {
    const { events, night } = this.data;
    this.draw();
    if (events.onset.length) {
      const first = firstToShow(events, wanted);
      this.long.select(first);
      await this.near.select(first);
    }
    const mine = this.nights.filter((one) => one.subject === night.subject);
    const here = mine.findIndex((one) => one.night_date === night.night_date);
    for (const next of [mine[here - 1], mine[here + 1]]) if (next) prefetch("/api/night", question(next));
  }

  /** @returns {Shown["keys"]} */
  keys() {
    return {
      j: () => this.move(1),
      k: () => this.move(-1),
      d: () => this.judgeMovement("dismiss"),
      z: () => this.near.nextWidth(),
      n: () => this.note(),
      c: () => this.judgeNight("confirm"),
      x: () => this.judgeNight("dismiss"),
      u: () => this.judgeNight("unsure"),
      e: () => this.mark(this.form === null),
      "+": () => this.long.zoomBy(0.5),
      "-": () => this.long.zoomBy(2),
      0: () => this.long.zoomAll(),
      Escape: () => this.form && this.mark(false),
    };
  }
}

/**
 * The page of a night.
 * @param {App} app
 * @param {NightKey} night
 * @param {number | null} wanted number of the movement to open with
 * @returns {Promise<Shown>}
 */
export const showNight = async (app, night, wanted) => {
  const [data, all] = await Promise.all([getFresh("/api/night", question(night)), app.allNights()]);
  const page = new NightPage(app, data, all);
  return {
    node: page.node,
    night: { subject: data.night.subject, night_date: data.night.night_date },
    title: `Night of ${data.night.night_date}`,
    shown: () => page.show(wanted),
    resized: () => {
      page.draw();
      page.near.redraw();
    },
    keys: page.keys(),
  };
};
