// @ts-check
// What a reviewer does on the page of a night: each act is made here, sent, and its answer handed back to the page.

import { dismissable, seriesOf, touched } from "./as_edited.js";
import { longDay, messageOf } from "./formats.js";
import * as edits from "./edits.js";
import { InTurn } from "./in_turn.js";
import { spared } from "./marks.js";
import { same } from "./nights.js";
import { allSent, perform, stack, takeBack, turn, unsent } from "./reviewing.js";
import { NeverSentError } from "./unsent.js";
import { WORDS, flag, label } from "./words.js";

/** @import { SleepKind, Wanted } from "./edits.js" */
/** @import { Done } from "./reviewing.js" */
/** @import { Clock, Ms, NightShown, Said, Span } from "./types.js" */

/** Presses of undo and redo, over nights. */
const turns = new InTurn();

/**
 * What an act asks of the page: what it shows, and what was chosen in it.
 * @typedef {{ data: NightShown, clock: Clock, say: (words: string) => unknown, chosen: () => number | null,
 *   marked: () => number[], took: (done: Done, near: number | null) => Promise<unknown>,
 *   reload: () => Promise<unknown> }} Page
 */

const ANOTHER = "Another window was reviewing meanwhile. This night was loaded again.";
const OUT = "This movement does not count: it was dismissed or lies in an excluded span. Take that back first.";

export class NightActs {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** What is called by an act: the marked movements, else the chosen one. */
  about() {
    const [marked, chosen] = [this.page.marked(), this.page.chosen()];
    if (marked.length) return marked;
    return chosen === null ? [] : [chosen];
  }

  /**
   * Send an act; whether it was done.
   * @param {Wanted} wanted
   * @param {{ near?: number | null, then?: string }} [after] near which onset (µs) to look afterwards, and what to say
   */
  async run(wanted, { near = null, then = "Saved." } = {}) {
    return this.#settled(perform(edits.ofNight(this.page.data.night, wanted)), near, then);
  }

  /** @param {Promise<Done>} sent @param {number | null} near @param {string} then */
  async #settled(sent, near, then) {
    const { page } = this;
    let done;
    try {
      done = await sent;
    } catch (error) {
      if (error instanceof NeverSentError) return false;
      page.say(messageOf(error));
      await page.reload().catch(() => {});
      return false;
    }
    page.say(done.another ? ANOTHER : then);
    await (done.another ? page.reload() : page.took(done, near));
    return true;
  }

  /** @param {Said} said @param {string} says */
  #verdict(said, says) {
    return this.run({ path: "/api/reviews", body: { ...said }, says, kind: "verdict" });
  }

  /** Given once more, a verdict is taken back. @param {string} name of the flag @param {string} word */
  judgeFlag(name, word) {
    const verdict = this.page.data.review.flags[name] === word ? "undo" : word;
    return this.#verdict({ verdict, flag: name }, `${flag(name)}: ${WORDS.verdicts[verdict]}`);
  }

  /** @param {string} word */
  judgeNight(word) {
    const verdict = this.page.data.review.night === word ? "undo" : word;
    return this.#verdict({ verdict }, `the night: ${WORDS.verdicts[verdict]}`);
  }

  /** Of the chosen movement, or all that are marked. @param {string} word */
  async judgeMovements(word) {
    const { page } = this;
    const { events, review } = page.data;
    const which = this.about();
    if (!which.length) return page.say("There is no movement to judge.");
    const saidOf = (/** @type {number} */ i) => review.movements[events.detected_no[i] ?? -1];
    if (which.length === 1 && saidOf(which[0]) === word) return this.#judge(which, "undo", "");
    if (word !== "dismiss") {
      const known = which.filter((i) => events.detected_us[i] !== null);
      if (known.length) return this.#judge(known, word, "");
      return page.say("You added this movement: delete it, or keep it.");
    }
    const about = dismissable(events, which);
    if (!about.will.length) return page.say(`Nothing to dismiss: ${spared(about)}.`);
    return this.#judge(about.will, word, about.wont.length ? ` Left alone: ${spared(about)}.` : "");
  }

  /** @param {number[]} which @param {string} verdict @param {string} remark */
  #judge(which, verdict, remark) {
    const { events } = this.page.data;
    const onsets = which.map((i) => /** @type {number} */ (events.detected_us[i]));
    const says = `${edits.called(events, which, this.page.clock)}: ${WORDS.verdicts[verdict]}`;
    const body = which.length === 1 ? { verdict, onset: onsets[0] } : { verdict, onsets };
    const wanted = { path: "/api/reviews", body, says, kind: "verdict" };
    return this.run(wanted, { near: events.onset_us[which[0]], then: `Saved.${remark}` });
  }

  /** @param {string} words @param {number | null} onset */
  note(words, onset) {
    return this.#verdict({ verdict: "note", note: words, onset }, "a note");
  }

  /** @param {Span} span @param {string | null} why */
  exclude([start, end], why) {
    const { clock } = this.page;
    return this.#verdict(
      { verdict: "exclude", start, end, note: why },
      `excluded ${clock.hms(start)} to ${clock.hms(end)}`,
    );
  }

  /** @param {Ms} start @param {Ms} end */
  include(start, end) {
    const { clock } = this.page;
    return this.#verdict({ verdict: "undo", start, end }, `counted again ${clock.hms(start)} to ${clock.hms(end)}`);
  }

  /** Movements that can be edited; null, and the reason said, for none. @param {number[]} which */
  #editable(which) {
    const about = touched(this.page.data.events, which);
    if (about.will.length) return about;
    this.page.say(which.length ? OUT : "There is no movement to edit.");
    return null;
  }

  /** @param {string} name @param {boolean} wholeSeries */
  async relabel(name, wholeSeries) {
    const { page } = this;
    const { events } = page.data;
    const chosen = page.chosen();
    const series = wholeSeries && chosen !== null ? seriesOf(events, chosen) : [];
    if (wholeSeries && !series.length) return page.say("This movement is in no series.");
    const about = this.#editable(wholeSeries ? series : this.about());
    if (!about) return;
    const near = events.onset_us[about.will[0]];
    const remark = about.wont.length ? ` Left alone: ${spared(about)}.` : "";
    const wanted = edits.relabelled(events, about.will, name, label(name), page.clock);
    const isDone = await this.run(wanted, { near, then: `Saved: ${wanted.says}.${remark}` });
    if (isDone) this.#sayRules(name, near);
  }

  /** Where the rules call it otherwise, why. @param {string} name @param {number} onset_us */
  #sayRules(name, onset_us) {
    const { events } = this.page.data;
    const now = events.label[events.onset_us.indexOf(onset_us)];
    if (!edits.BY_RULES.has(name) || now === undefined || now === name) return;
    this.page.say(
      `Saved as a leg movement. By the rules it is ${label(now)}: the intervals and the sleep decide that.`,
    );
  }

  async remove() {
    const { events } = this.page.data;
    const about = this.#editable(this.about());
    if (!about) return;
    const wanted = edits.deleted(events, about.will, this.page.clock);
    const remark = about.wont.length ? ` Left alone: ${spared(about)}.` : "";
    await this.run(wanted, { near: events.onset_us[about.will[0]], then: `Saved: ${wanted.says}.${remark}` });
  }

  /** The one movement that an act is about; null, and the reason said, for none. */
  #one() {
    const chosen = this.page.chosen();
    return this.#editable(chosen === null ? [] : [chosen])?.will[0] ?? null;
  }

  async join() {
    const i = this.#one();
    const { events } = this.page.data;
    if (i === null) return;
    let next = i + 1;
    while (events.left_out[next]) next += 1;
    if (events.onset_us[next] === undefined)
      return this.page.say("This is the last movement: there is no next to join.");
    const wanted = edits.joined(events, i, next, this.page.clock);
    await this.run(wanted, { near: events.onset_us[i], then: `Saved: ${wanted.says}.` });
  }

  /** @param {Ms | null} at */
  async split(at) {
    const i = this.#one();
    if (i === null) return;
    const { events } = this.page.data;
    if (at === null) return this.page.say("Set the ruler first: click in the picture, or R.");
    if (at <= events.onset[i] || at >= events.offset[i]) return this.page.say("The ruler lies outside the movement.");
    const wanted = edits.split(events, i, at, this.page.clock);
    await this.run(wanted, { near: events.onset_us[i], then: `Saved: ${wanted.says}.` });
  }

  /** @param {Span} to */
  async move(to) {
    const i = this.#one();
    if (i === null) return;
    const { events } = this.page.data;
    const { from_us, to_us } = edits.spanUs(to);
    if (from_us === events.onset_us[i] && to_us === events.offset_us[i])
      return this.page.say("The edges are the same.");
    const wanted = edits.moved(events, i, to, this.page.clock);
    await this.run(wanted, { near: from_us, then: `Saved: ${wanted.says}.` });
  }

  /** @param {Span} span @param {string} leg */
  add(span, leg) {
    const wanted = edits.added(span, leg, this.page.clock);
    return this.run(wanted, { near: edits.spanUs(span).from_us, then: `Saved: ${wanted.says}.` });
  }

  /** @param {SleepKind} kind @param {Ms} at */
  sleep(kind, at) {
    const wanted = edits.slept(kind, at, this.page.clock);
    return this.run(wanted, { then: `Saved: ${wanted.says}.` });
  }

  /** @param {Span} span @param {string} name sleep or wake @param {string | null} note */
  bout(span, name, note) {
    const wanted = edits.bout(span, name, note, this.page.clock);
    return this.run(wanted, { then: `Saved: ${wanted.says}.` });
  }

  /**
   * What was done last on this page, on whichever night. Presses are taken one after the other: each is about what
   * stands once those before it are done.
   * @param {"undo" | "redo"} how
   */
  turn(how) {
    return turns.add(() => this.#turn(how));
  }

  /** @param {"undo" | "redo"} how */
  async #turn(how) {
    const { page } = this;
    if (how === "undo") {
      const dropped = unsent.dropLast();
      if (dropped) return page.say(`Not sent: ${dropped.says}.`);
    }
    await allSent();
    if (unsent.count) return page.say("Acts wait to be sent; the one that may be on its way cannot be taken back yet.");
    const act = how === "undo" ? stack.toUndo : stack.toRedo;
    if (!act)
      return page.say(how === "undo" ? "Nothing done on this page is left to undo." : "Nothing is left to redo.");
    const isHere = same(act.night, page.data.night);
    const whose = act.night.subject === page.data.night.subject ? "" : `${act.night.subject}, `;
    const where = isHere ? "" : ` on the night of ${whose}${longDay(act.night.night_date)}`;
    const then = `${how === "undo" ? "Taken back" : "Done again"}${where}: ${act.says}.`;
    await this.#settled(turn(act, how), null, then);
  }

  /** Take back the latest act on the night, also one of another window. @param {number} act */
  takeBack(act) {
    const { night } = this.page.data;
    const mine = stack.find(night, act);
    if (mine) return this.#settled(turn(mine, "undo"), null, `Taken back: ${mine.says}.`);
    return this.#settled(takeBack({ subject: night.subject, night_date: night.night_date }, act), null, "Taken back.");
  }
}
