// @ts-check
// Home: the answer, the findings over nights, then one row a night on a shared clock. Rows draw their ticks when they
// come into view.

import { answerCard } from "./answer.js";
import { el, fill } from "./draw.js";
import { finding } from "./findings.js";
import { duration, shortDate } from "./formats.js";
import { guidedWeek } from "./journal_week.js";
import { changesAt, clockRange, filtered, isToReview } from "./nights.js";
import { overNights } from "./over_nights.js";
import { showQueue } from "./queue.js";
import { CHUNK, axis, rowOf, ticksFor } from "./rows.js";
import { inPauses } from "./pauses.js";
import { inPlace, isSame } from "./renewing.js";
import { get } from "./server.js";
import { heading as explained } from "./terms.js";
import { GROUPS, WORDS } from "./words.js";

/** @import { App, Child, MarkedChange, NightRow, Shown } from "./types.js" */
/** @import { Row } from "./rows.js" */

/** @typedef {(name: string, value: string | null) => void} Apply set a filter; null takes it away */

const legend = () =>
  el(
    "ul",
    { class: "legend" },
    GROUPS.map((group) => el("li", {}, el("span", { class: `swatch fill-${group.name}` }), group.says)),
  );

const start = () =>
  el(
    "section",
    { class: "card", "aria-label": "How to start" },
    el("h1", {}, "No nights yet"),
    el("p", {}, "Import a recording in a terminal; this page shows it by itself:"),
    el("pre", {}, "nightkick import ~/nights --site ankle --side left --tz Europe/Berlin"),
    el(
      "p",
      {},
      "It takes files and folders: Axivity, GENEActiv, ActiGraph, FIT and others, and CSV tables of acceleration. " +
        "Wear the sensor on the foot or ankle: a wrist cannot see leg movements.",
    ),
    el("p", {}, "To look around first, make a night: "),
    el("pre", {}, "nightkick simulate --out made-up\nnightkick import made-up --site ankle --side left"),
  );

/** How to begin, and the guided week, which a journal can be ahead of the first night in. @param {Child} week */
const empty = (week) => el("div", { class: "empty" }, start(), week);

/** Where there are nights, and none of this person. @param {string} subject @param {Child} week */
const noneOf = (subject, week) =>
  el(
    "div",
    { class: "empty" },
    el("h1", {}, "There are no nights of ", el("bdi", {}, subject)),
    el("p", {}, el("a", { href: "/" }, "All nights")),
    week,
  );

/**
 * @param {URLSearchParams} wanted
 * @param {string} name
 * @param {string} text
 * @param {Apply} apply
 */
const check = (wanted, name, text, apply) => {
  const box = el("input", { type: "checkbox", name, checked: wanted.has(name) });
  box.addEventListener("change", () => apply(name, box.checked ? "1" : null));
  return el("label", {}, box, text);
};

/**
 * @param {string | null} person whose nights they are, where there are other people too
 * @param {URLSearchParams} wanted
 * @param {Apply} apply
 */
const controls = (person, wanted, apply) =>
  el(
    "div",
    { class: "filters", role: "group", "aria-label": "Which nights" },
    person &&
      el("span", {}, "Person ", el("bdi", { class: "strong" }, person), " · ", el("a", { href: "/" }, "everybody")),
    check(wanted, "flagged", WORDS.flagged, apply),
    check(wanted, "unreviewed", WORDS.not_reviewed, apply),
    el(
      "span",
      { class: "exports" },
      "CSV: ",
      el("a", { href: `/export/nights.csv?${wanted}`, download: "nights.csv" }, "nights"),
      " ",
      el("a", { href: `/export/movements.csv?${wanted}`, download: "movements.csv" }, "movements"),
    ),
  );

/**
 * @param {URLSearchParams} wanted
 * @returns {Apply}
 */
const applying = (wanted) => (name, value) => {
  const next = new URLSearchParams(wanted);
  if (value === null) next.delete(name);
  else next.set(name, value);
  const text = next.toString();
  history.replaceState(null, "", text ? `/?${text}` : "/");
  window.dispatchEvent(new PopStateEvent("popstate"));
};

/** What changed with a night, between it and the one before, which stands below. @param {MarkedChange} change */
const changeLine = ({ day, words }) =>
  el("p", { class: "night-change" }, "◆ ", el("bdi", {}, words), `, from ${shortDate(day)} on`);

/**
 * Nights as rows of a list, each with its ticks once it comes near the view. Those after the first are made in pauses.
 * @param {NightRow[]} nights
 * @param {[number, number]} range
 * @param {Map<NightRow, MarkedChange[]>} changes
 * @param {boolean} isWhole all at once
 */
const listOf = (nights, range, changes, isWhole) => {
  /** @type {Row[]} */
  const rows = [];
  const load = ticksFor(rows);
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        seen.unobserve(entry.target);
        load(Number(entry.target.getAttribute("data-at")));
      }
    },
    { rootMargin: "400px" },
  );
  const itemOf = (/** @type {NightRow} */ night) => {
    const row = rowOf(night, range);
    const item = el("li", { "data-at": rows.push(row) - 1 }, row.node, changes.get(night)?.map(changeLine));
    seen.observe(item);
    return item;
  };
  const itemsOf = (/** @type {number} */ chunk) => nights.slice(chunk * CHUNK, (chunk + 1) * CHUNK).map(itemOf);
  const list = el("ol", { class: "nights" }, isWhole ? nights.map(itemOf) : itemsOf(0));
  const left = isWhole ? 0 : Math.ceil(nights.length / CHUNK) - 1;
  const end = inPauses(left, (i) => list.append(...itemsOf(i + 1)));
  const leave = () => {
    end();
    seen.disconnect();
  };
  return { list, leave };
};

/** @param {NightRow[]} nights */
const summary = (nights) => {
  const flagged = nights.filter((night) => night.flags_as_reviewed.length).length;
  const open = nights.filter(isToReview).length;
  const hours = duration(nights.reduce((sum, night) => sum + (night.recorded_to - night.recorded_from) / 1000, 0));
  const counts = `${flagged} ${WORDS.flagged} · ${open} to review`;
  return el("span", { class: "muted" }, `${nights.length} shown (${hours}) · ${counts}`);
};

/** @param {[number, number]} range */
const heading = (range) =>
  el(
    "div",
    { class: "night heading" },
    el("span", { "aria-hidden": "true" }, "evening of"),
    axis(range),
    el("span", { class: "value" }, explained("plms_index", "PLMS/h")),
    el("span", {}, explained("flags", "flags")),
    el("span", {}, explained("review", "review")),
  );

/** How often a page without nights looks for some. */
const LOOK_MS = 3000;

/**
 * The page of no nights, until there are some.
 * @param {App} app
 * @returns {Promise<Shown>}
 */
const waiting = async (app) => {
  const week = await guidedWeek("");
  const look = async () => {
    const found = await get("/api/people").catch(() => null); // the next look may be answered
    if (found && found.how_many !== "none") app.go(location.pathname + location.search);
  };
  const looking = setInterval(look, LOOK_MS);
  return { node: empty(week), keys: {}, title: "No nights yet", leave: () => clearInterval(looking) };
};

/** @param {string} subject */
const askedOf = async (subject) =>
  Promise.all([get("/api/nights", { subject }), guidedWeek(subject), overNights(subject)]);

/** Home of one person. */
class Home {
  /** @param {URLSearchParams} wanted @param {string | null} person @param {boolean} isOneOfMany */
  constructor(wanted, person, isOneOfMany) {
    this.wanted = wanted;
    this.person = person;
    this.isOneOfMany = isOneOfMany;
    this.node = el("div", { class: "home" });
    this.leave = () => {};
    /** @type {HTMLElement | null} */
    this.over = null;
    /** What is shown. @type {unknown} */
    this.drawn = null;
  }

  /** @param {Awaited<ReturnType<typeof askedOf>>} asked @param {boolean} isWhole all rows at once */
  draw([answer, week, over], isWhole) {
    const { nights, people, answers, outdated, ruleset } = answer;
    this.leave();
    this.drawn = answer;
    this.over = over instanceof HTMLElement ? over : null;
    const chosen = filtered(nights, this.wanted);
    const range = clockRange(chosen.length ? chosen : nights);
    const { list, leave } = listOf(chosen, range, changesAt(nights, chosen), isWhole);
    this.leave = leave;
    fill(
      this.node,
      answers.map(answerCard),
      week,
      over,
      el(
        "div",
        { class: "card findings" },
        el("h2", {}, "Over all nights"),
        people.map(finding),
        outdated && el("p", { class: "muted" }, outdated),
        ruleset && el("p", { class: "muted" }, `${WORDS.night_facts.ruleset}: ${ruleset}`),
      ),
      el(
        "section",
        { class: "card", "aria-label": "Nights" },
        el("div", { class: "head" }, el("h2", {}, "Nights"), summary(chosen), legend()),
        controls(this.isOneOfMany ? this.person : null, this.wanted, applying(this.wanted)),
        chosen.length ? [heading(range), list] : el("p", { class: "empty" }, "No night is left. Take a filter away."),
      ),
    );
  }

  /** Another window may have been here. What is being chosen in the picture over nights stays. */
  async renew() {
    const subject = this.person ?? "";
    if (this.over?.contains(document.activeElement)) return;
    if (isSame(await get("/api/nights", { subject }), this.drawn)) return;
    const asked = await askedOf(subject);
    if (!this.node.isConnected || !asked[0].nights.length) return;
    await inPlace(() => this.draw(asked, true));
  }
}

/**
 * @param {App} app
 * @param {URLSearchParams} wanted
 * @returns {Promise<Shown>}
 */
export const showHome = async (app, wanted) => {
  const { how_many, only } = await app.people();
  if (how_many === "none") return waiting(app);
  const person = wanted.get("subject") || only;
  if (!person && how_many === "several") return showQueue(app, wanted);
  const asked = await askedOf(person ?? "");
  const { nights } = asked[0];
  if (!nights.length) return { node: noneOf(person ?? "", asked[1]), keys: {}, title: "No nights" };
  const home = new Home(wanted, person, how_many === "several");
  home.draw(asked, false);
  return { node: home.node, title: "Nights", keys: {}, renew: () => home.renew(), leave: () => home.leave() };
};
