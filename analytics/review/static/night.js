// @ts-check
// The page of one night: put together here, drawn by its parts, and drawn again when an act changes something.

import { nearestTo, shownNight } from "./as_edited.js";
import { drawUnsent } from "./done_list.js";
import { action, el, fill } from "./draw.js";
import { inFocus, nextFlag } from "./flag_verdicts.js";
import { clockOf } from "./formats.js";
import { Inspector, askWindowAhead } from "./inspector.js";
import { MovementList } from "./movement_list.js";
import { firstToShow, nextShown, opensOn } from "./movements.js";
import { NearTools } from "./near_tools.js";
import { NightActs } from "./night_acts.js";
import { NightForms } from "./night_forms.js";
import { keysOf, listenToKeys } from "./night_keys.js";
import { askNote, keepNote } from "./note.js";
import { drawDone, drawMarked, drawVerdicts, put } from "./night_parts.js";
import { aheadOf, same } from "./nights.js";
import { strip } from "./pictures.js";
import { released } from "./pressed.js";
import { inPlace, isSame } from "./renewing.js";
import { isNews, knows, question, sendNow, whenUnsentChanges } from "./reviewing.js";
import { Seeing } from "./seeing.js";
import { forgetNight, get, getFresh, getOnce } from "./server.js";
import { sleepForm } from "./sleep_form.js";
import { Timeline } from "./timeline.js";
import { WORDS, capital, flag } from "./words.js";

/** @import { Done } from "./reviewing.js" */
/** @import { App, EditedAnswer, NightAnswer, NightKey, StripAnswer, Shown } from "./types.js" */

/** @param {string} name */
const part = (name) => el("div", { class: `part-${name}` });

/** For how long a night is looked at before those beside it are asked for to which one does not go on just now. */
const REST_MS = 1000;

/** The night shown before: who leafs through nights does not turn round at each. @type {NightKey | undefined} */
let cameFrom;

/** A night with its reviews, as asked ahead or as the server has both now. @param {NightKey} night */
const loaded = async (night) => {
  const data = await getFresh("/api/night", question(night));
  knows(data.night, data.edited.act);
  return data;
};

/** Ask ahead for a night that will probably be wanted, and for the movement it opens with. @param {NightKey} night */
export const askAhead = async (night) => {
  const data = await getOnce("/api/night", question(night));
  const shown = shownNight(data, data.edited);
  if (shown.events.onset.length) askWindowAhead(shown, firstToShow(shown.events, null, opensOn(data.edited.flags)));
};

/** What the page of a night shows, and what its keys and buttons do. */
export class NightPage {
  /**
   * @param {App} app
   * @param {NightAnswer} data
   * @param {StripAnswer} all
   */
  constructor(app, data, all) {
    this.app = app;
    this.detected = data;
    this.data = shownNight(data, data.edited);
    this.all = all;
    this.nights = all.nights;
    this.clock = clockOf(data.offsets);
    this.isGone = false;
    /** What the fields of sleep show. @type {EditedAnswer | null} */
    this.timesOf = null;
    /** @type {(() => unknown)[]} what ends with the page */
    this.atEnd = [whenUnsentChanges(() => drawUnsent(this.parts.unsent, sendNow))];
    /** The flag that the keys judge. @type {string | null} */
    this.focus = inFocus(this.data, null);
    this.parts = {
      ...{ strip: part("strip"), state: part("state"), verdicts: part("verdicts"), numbers: part("numbers") },
      ...{ sleep: part("sleep"), form: part("form"), unfit: part("unfit"), done: part("log"), unsent: part("unsent") },
      flags: el("div", { class: "columns even part-flags" }),
    };
    this.parts.unsent.setAttribute("role", "status");
    this.acts = new NightActs(this.#forActs());
    this.tools = new NearTools(this.clock, this.#forTools());
    /** @type {Inspector} */
    this.near = this.#near();
    /** @type {Timeline} */
    this.long = this.#long();
    /** @type {MovementList} */
    this.list = this.#list();
    this.forms = new NightForms(this);
    this.seeing = new Seeing(this);
    this.node = put(this);
  }

  #forActs() {
    const page = this;
    return {
      get data() {
        return page.data;
      },
      clock: this.clock,
      say: this.app.say,
      chosen: () => this.near.selected,
      marked: () => [...this.list.marked].sort((a, b) => a - b),
      took: (/** @type {Done} */ done, /** @type {number | null} */ near) => this.took(done, near),
      reload: () => this.reload(),
    };
  }

  #forTools() {
    return {
      relabel: (/** @type {string} */ name) => this.acts.relabel(name, this.tools.isSeries),
      setEdges: (/** @type {[number, number]} */ to) => this.acts.move(to),
      split: () => this.acts.split(this.near.drag.ruler),
      join: () => this.acts.join(),
      remove: () => this.acts.remove(),
      add: () => this.forms.toggle("add"),
      setRuler: (/** @type {number} */ at) => this.near.drag.setRuler(at),
    };
  }

  #near() {
    return new Inspector(this.data, this.clock, {
      onMove: (by) => this.move(by),
      verdictButtons: (i) => this.#movementButtons(i),
      onEdges: (to) => this.acts.move(to),
      onRuler: (at) => this.tools.showRuler(at),
      onSpan: (span) => this.forms.fill(span),
      tools: this.tools.node,
      isLeaving: this.app.isLeaving,
    });
  }

  #long() {
    return new Timeline(this.data, this.clock, {
      onPick: (i) => this.pick(i),
      onSpan: (start, end) => this.forms.fill([start, end]),
      onFilter: () => {
        this.list.draw();
        this.seeing.rows.draw();
      },
      onNext: (group) => this.seeing.nextOfGroup(group),
      onSleep: (kind, at) => this.acts.sleep(kind, at),
    });
  }

  #list() {
    return new MovementList(this.data, this.clock, {
      onPick: (i, keeps) => (keeps ? this.select(i) : this.pick(i)),
      onMark: () => drawMarked(this),
      onAll: () => this.seeing.narrow(null),
      isShown: (i) => this.long.isShown(i),
    });
  }

  /** @param {number} i */
  #movementButtons(i) {
    const { events, review } = this.data;
    const said = review.movements[events.detected_no[i] ?? -1];
    return [["confirm"], ["unsure"], ["dismiss", "D"]].map(([word, key]) =>
      action(WORDS.verdicts_to_give[word], key, () => this.acts.judgeMovements(word), said === word),
    );
  }

  #drawStrip() {
    const width = this.parts.strip.clientWidth || 900;
    fill(this.parts.strip, strip(this.nights, this.data.night, width, this.app.open));
  }

  /** What an act changes. */
  #drawParts() {
    const { data, parts, clock } = this;
    this.#drawStrip();
    drawVerdicts(this);
    drawDone(this);
    drawUnsent(this.parts.unsent, sendNow);
    if (this.timesOf === data.edited) return;
    this.timesOf = data.edited; // not with every part, for what a person types there would go
    fill(
      parts.sleep,
      sleepForm(clock, data.edited.night, (kind, at) => this.acts.sleep(kind, at)),
    );
  }

  draw() {
    this.#drawParts();
    drawMarked(this);
    this.long.draw();
    this.seeing.rows.draw();
  }

  /**
   * Show what the server answered, at once; then what it leaves open.
   * @param {Done} done
   * @param {number | null} near where to look (µs); null where it was looked before
   */
  async took({ answer, night }, near) {
    this.app.outdated();
    if (this.isGone) return;
    if (!same(night, this.data.night)) return drawDone(this);
    if ("log" in answer) {
      this.detected = { ...this.detected, review: answer };
      const edited = await get("/api/edits", question(night));
      if (this.isGone) return;
      await this.#show(edited, near);
    } else {
      await this.#show(answer, near);
      const review = await get("/api/reviews", question(night));
      this.detected = { ...this.detected, review };
      await this.#renew();
    }
    if (this.isGone) return;
    this.nights = (await this.app.refresh()).nights;
    if (!this.isGone) this.#drawParts();
  }

  /** The night as it is now. */
  async reload() {
    forgetNight(question(this.data.night));
    const data = await loaded(this.data.night);
    if (this.isGone) return;
    this.detected = data;
    await this.#show(data.edited, null);
  }

  /** With its reviews as they are now: where those change no movement, what is marked and typed meanwhile stays. */
  #renew() {
    const next = shownNight(this.detected, this.data.edited);
    if (String(next.events.onset_us) !== String(this.data.events.onset_us)) return this.#show(this.data.edited, null);
    const isVeiled = String(next.review.spans) !== String(this.data.review.spans);
    this.data = next;
    for (const part of [this.list, this.long, this.seeing.rows]) part.data = next;
    if (isVeiled) this.draw();
    else this.#drawParts();
    drawMarked(this);
    return this.near.renew(next, isVeiled);
  }

  /** @param {EditedAnswer} edited @param {number | null} near */
  async #show(edited, near) {
    const { events: before } = this.data;
    const here = near ?? (this.near.selected === null ? null : before.onset_us[this.near.selected]);
    this.data = shownNight(this.detected, edited);
    const chosen = here === null ? nearestTo(this.data.events, 0) : nearestTo(this.data.events, here);
    this.list.update(this.data);
    this.list.selected = chosen;
    this.long.update(this.data, chosen);
    this.seeing.rows.update(this.data, chosen);
    this.tools.show(this.data, chosen);
    this.draw();
    await this.near.update(this.data, chosen);
  }

  /** Whether another window was here; then the night is loaded again. */
  async look() {
    const { act } = await get("/api/edits", question(this.data.night));
    if (this.isGone || this.parts.sleep.contains(document.activeElement)) return; // what is typed there would go
    if (isNews(this.data.night, act)) {
      await released();
      await this.reload();
      this.app.say("Another window was reviewing this night. It was loaded again.");
    }
    const before = this.nights;
    this.nights = (await this.app.refresh()).nights;
    if (!this.isGone && !isSame(before, this.nights)) await inPlace(() => this.#drawStrip());
  }

  /** A verdict by key: on the flag in focus, on a night without one on the night. @param {string} word */
  judge(word) {
    return this.focus === null ? this.acts.judgeNight(word) : this.acts.judgeFlag(this.focus, word);
  }

  nextFlag() {
    this.focus = nextFlag(this.data, this.focus);
    if (this.focus === null) return this.app.say("No flag was raised for this night.");
    drawVerdicts(this);
    return this.app.say(`${capital(flag(this.focus))} is in focus.`);
  }

  async note() {
    const { events } = this.data;
    const i = this.near.selected;
    const at = i === null ? null : events.detected_us[i];
    const key = JSON.stringify(question(this.data.night));
    const chosen =
      i === null || at === null ? null : { name: `the movement at ${this.clock.hms(events.onset[i])}`, at };
    const { note, isKept } = await askNote(key, chosen);
    if (isKept) this.app.say("The note is not saved. It waits here: N shows it again.");
    if (note === null || (await this.acts.note(note.words, note.movement?.at ?? null))) return;
    keepNote(key, note);
  }

  /** To the next movement that is shown. @param {number} by 1 or -1 @param {boolean} marks @returns {unknown} */
  move(by, marks = false) {
    const here = this.near.selected;
    if (here === null) return;
    const next = nextShown(this.data.events.onset.length, here, by, (i) => this.list.isListed(i));
    if (next === null) return this.app.say(by > 0 ? "This is the last movement." : "This is the first movement.");
    return marks ? this.list.extend(next) : this.pick(next);
  }

  /** Choose one, and no other. @param {number} i */
  pick(i) {
    this.list.clear();
    return this.select(i);
  }

  /** @param {number} i */
  select(i) {
    this.long.select(i);
    this.seeing.rows.select(i);
    this.list.select(i);
    this.tools.show(this.data, i);
    const { pathname, search } = location;
    const no = this.data.events.movement_no[i];
    history.replaceState(null, "", `${pathname}${search}${no ? `#${no}` : ""}`);
    return this.near.select(i);
  }

  /** The ruler, in the middle of the movement or so many ms further. @param {number | null} by */
  ruler(by) {
    const i = this.near.selected;
    if (i === null) return;
    const { events } = this.data;
    const { ruler } = this.near.drag;
    const middle = (events.onset[i] + events.offset[i]) / 2;
    this.near.drag.setRuler(by === null || ruler === null ? Math.round(middle) : ruler + by);
  }

  /** Draw for the first time, when widths are known. @param {number | null} wanted number of a movement */
  async show(wanted) {
    const { events } = this.data;
    const first = firstToShow(events, wanted, opensOn(this.data.edited.flags));
    if (events.onset.length) {
      this.long.selected = first; // before they are drawn, so that they are drawn once
      this.list.selected = first;
    }
    this.draw();
    this.#listen();
    if (events.onset.length) {
      this.seeing.rows.select(first);
      this.tools.show(this.data, first);
      await this.near.select(first);
    } else {
      this.tools.show(this.data, null);
      await this.near.show();
    }
    this.#lookBeside();
  }

  /** Ask ahead for the nights beside; over several people not before this one is looked at for a while. */
  #lookBeside() {
    if (this.isGone) return;
    const { night } = this.data;
    const mine = this.nights.filter((one) => one.subject === night.subject);
    const { soon, later } = aheadOf(mine, night, cameFrom);
    cameFrom = { subject: night.subject, night_date: night.night_date };
    const ask = (/** @type {NightKey} */ one) => askAhead(one).catch(() => {}); // it is asked again when it is opened
    if (!this.all.several) soon.forEach(ask);
    const resting = setTimeout(() => [...(this.all.several ? soon : []), ...later].forEach(ask), REST_MS);
    this.atEnd.push(() => clearTimeout(resting));
  }

  #listen() {
    this.atEnd.push(listenToKeys(keysOf(this), this.app.isLeaving));
  }

  leave() {
    this.isGone = true;
    this.seeing.rows.leave();
    this.near.leave();
    for (const end of this.atEnd) end();
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
  const [data, all] = await Promise.all([loaded(night), app.allNights()]);
  const page = new NightPage(app, data, all);
  const { night: found } = data;
  return {
    node: page.node,
    night: { subject: found.subject, night_date: found.night_date },
    title: `Night of ${found.night_date}`,
    shown: () => page.show(wanted),
    resized: () => {
      page.draw();
      page.near.redraw();
    },
    renew: () => page.look(),
    keys: {},
    leave: () => page.leave(),
  };
};
