// @ts-check
// Home of several people: what is to be reviewed over all of them, by filters that live in the address.

import { el, fill } from "./draw.js";
import { messageOf } from "./formats.js";
import { peopleTable } from "./people_view.js";
import { released } from "./pressed.js";
import { inPlace, isSame } from "./renewing.js";
import { changed, cleared, filterOf, homeOf, isPeople, queueOf, rowsOf } from "./queue_address.js";
import { chips, filters } from "./queue_filters.js";
import { nightsTable } from "./queue_rows.js";
import { get } from "./server.js";
import { WORDS } from "./words.js";

/** @import { App, QueueCounts, QueueNights, QueuePeople, Shown } from "./types.js" */

/** How long typing rests before it is searched for. */
const REST_MS = 200;
/** When what failed is tried again. */
const RETRY_MS = 3000;
/** From which width on all filters are shown at once. */
const WIDE = "(min-width: 901px)";

/** @param {number} value */
const count = (value) => value.toLocaleString("en-GB");

/** What is shown of a queue, and what of it changes with its address. */
class QueuePage {
  /** @param {App} app @param {URLSearchParams} queue */
  constructor(app, queue) {
    this.app = app;
    this.queue = queue;
    this.turn = 0;
    this.resting = 0;
    this.retrying = 0;
    /** What is shown. @type {unknown} */
    this.drawn = null;
    this.parts = {
      head: el("div", { class: "queue-head" }),
      filters: el("div", { class: "queue-all-filters" }),
      views: el("div", { class: "queue-views", role: "group", "aria-label": "View" }),
      chips: el("div", { class: "queue-chips", role: "group", "aria-label": "Filters that are set" }),
      trouble: el("div", { class: "queue-trouble", role: "alert" }),
      rows: el("div", { class: "queue-rows" }),
    };
    this.search = el("input", {
      type: "search",
      id: "queue-search",
      name: "q",
      maxlength: 200,
      placeholder: "person, or words of a note",
      "aria-label": "Search by person or words of a note",
      value: queue.get("q") ?? "",
    });
    this.search.addEventListener("input", () => {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => {
        const text = this.search.value.trim();
        this.apply(changed(this.queue, "q", text ? [text] : []));
      }, REST_MS);
    });
    this.node = this.#put();
  }

  #put() {
    const { parts } = this;
    return el(
      "div",
      { class: "page-queue" },
      el("section", { class: "card", "aria-label": "To review" }, parts.head),
      el(
        "div",
        { class: "queue-columns" },
        el(
          "details",
          { class: "card queue-side", open: matchMedia(WIDE).matches },
          el("summary", {}, "Filters"),
          parts.filters,
        ),
        el(
          "section",
          { class: "card queue-main", "aria-label": "Nights" },
          el(
            "div",
            { class: "queue-bar" },
            el("label", { class: "queue-search" }, this.search, el("kbd", {}, "/")),
            parts.views,
          ),
          parts.chips,
          parts.trouble,
          parts.rows,
        ),
      ),
    );
  }

  /** Show another queue, under its own address. @param {URLSearchParams} queue */
  async apply(queue) {
    this.queue = queue;
    history.replaceState(null, "", homeOf(queue));
    delete document.body.dataset.ready;
    const focused = document.activeElement?.id ?? "";
    this.parts.rows.classList.add("queue-waiting");
    try {
      if (!(await this.load())) return;
      if (queue.get("q") !== this.search.value.trim() && document.activeElement !== this.search) {
        this.search.value = queue.get("q") ?? "";
      }
      if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
      fill(this.parts.trouble);
    } catch (error) {
      this.#troubled(messageOf(error), queue);
    }
    this.parts.rows.classList.remove("queue-waiting");
    document.body.dataset.ready = location.pathname + location.search;
  }

  /**
   * Say what is wrong above what was shown, which stays, and try again.
   * @param {string} why
   * @param {URLSearchParams} queue
   */
  #troubled(why, queue) {
    fill(
      this.parts.trouble,
      el("p", {}, why),
      el("p", { class: "muted" }, "What stands below is as it was. nightkick tries again by itself."),
    );
    clearTimeout(this.retrying);
    const mine = this.turn;
    this.retrying = setTimeout(() => {
      if (mine === this.turn) this.apply(queue);
    }, RETRY_MS);
  }

  /** Fetch and draw; whether no newer wish came between. @param {boolean} isNews draw only what is not drawn yet */
  async load(isNews = false) {
    const mine = (this.turn += 1);
    const { queue } = this;
    const people = isPeople(queue);
    const [counts, rows] = await Promise.all([
      get("/api/queue/counts", filterOf(queue)),
      people ? get("/api/queue/people", rowsOf(queue)) : get("/api/queue/nights", rowsOf(queue)),
    ]);
    if (isNews && isSame([counts, rows], this.drawn)) return false;
    await released();
    if (mine !== this.turn) return false;
    await inPlace(() => this.#draw(counts, rows));
    return true;
  }

  /** Another window may have been here. What is typed into a filter stays, and what is on its way. */
  async renew() {
    const { activeElement: here } = document;
    const isTyped = here instanceof HTMLInputElement && here.type !== "checkbox" && this.parts.filters.contains(here);
    if (!isTyped && document.body.dataset.ready) await this.load(true);
  }

  /** @param {QueueCounts} counts @param {QueueNights | QueuePeople} rows */
  #draw(counts, rows) {
    const { queue } = this;
    this.drawn = [counts, rows];
    const apply = (/** @type {(now: URLSearchParams) => URLSearchParams} */ change) => this.apply(change(this.queue));
    fill(this.parts.head, this.#head(counts));
    fill(this.parts.filters, filters(queue, counts, apply));
    fill(this.parts.views, this.#views(counts));
    fill(this.parts.chips, chips(queue, apply), this.#exports());
    fill(this.parts.rows, this.#rows(counts, rows));
  }

  /** @param {QueueCounts} counts */
  #head(counts) {
    const { of, done } = counts.progress;
    return [
      el("h1", {}, "To review"),
      el("strong", { class: "queue-progress" }, `${count(done)} of ${count(of)}`),
      el("span", {}, `${WORDS.flagged} nights done · ${count(counts.people.all)} people`),
      of > 0 && el("progress", { max: of, value: done, "aria-label": "Flagged nights done" }),
      el(
        "button",
        { type: "button", class: "primary queue-start", onclick: () => this.app.toReview() },
        "Start at the next ",
        el("kbd", {}, "Shift"),
        " ",
        el("kbd", {}, "→"),
      ),
    ];
  }

  /** @param {QueueCounts} counts */
  #views(counts) {
    const view = (/** @type {string} */ name, /** @type {string} */ title, /** @type {number} */ n) =>
      el(
        "button",
        {
          type: "button",
          id: `view-${name}`,
          "aria-pressed": String(isPeople(this.queue) === (name === "people")),
          onclick: () => this.apply(changed(this.queue, "view", [name])),
        },
        `${title} ${count(n)}`,
      );
    return [
      view("nights", "Nights", counts.nights.fit),
      view("people", "People", counts.people.fit),
      el("span", { class: "muted" }, "A name leads to that person's answer: is it harmless?"),
    ];
  }

  #exports() {
    const rows = filterOf(this.queue);
    const link = (/** @type {string} */ of) =>
      el("a", { href: `/export/queue.csv?${new URLSearchParams([["of", of], ...rows])}`, download: `${of}.csv` }, of);
    return el("span", { class: "exports muted" }, "CSV: ", link("nights"), " ", link("movements"));
  }

  /** @param {QueueCounts} counts @param {QueueNights | QueuePeople} rows */
  #rows(counts, rows) {
    const people = "people" in rows;
    const total = people ? counts.people.fit : counts.nights.fit;
    if (!total) return this.#nothing(counts);
    const name = people ? "people_sort" : "sort";
    const sort = (/** @type {string} */ wanted) => this.apply(changed(this.queue, name, [wanted]));
    return [
      el(
        "div",
        { class: "queue-scroll" },
        people ? peopleTable(rows, this.queue, sort) : nightsTable(rows, this.queue, sort),
      ),
      this.#pages(rows, people ? rows.people.length : rows.nights.length, total),
      !people && counts.nights.all > total && this.#others(counts.nights.all - total),
    ];
  }

  /**
   * Nights that the filters hold back: what cannot be told is not to be reviewed, and wants to be seen.
   * @param {number} n
   */
  #others(n) {
    return el(
      "p",
      { class: "muted queue-others" },
      n === 1 ? "1 more night does not fit the filters. " : `${count(n)} more nights do not fit the filters. `,
      el("button", { type: "button", onclick: () => this.apply(cleared(this.queue)) }, "Show all nights"),
    );
  }

  /** @param {QueueCounts} counts */
  #nothing(counts) {
    const { of, done } = counts.progress;
    const isDone = of > 0 && done === of && this.queue.getAll("verdict").includes("to_review");
    return el(
      "div",
      { class: "empty" },
      el(
        "p",
        { class: isDone ? "queue-done" : "" },
        isDone ? `All ${count(of)} done.` : "No night fits these filters.",
      ),
      el("button", { type: "button", onclick: () => this.apply(cleared(this.queue)) }, "Show all nights"),
    );
  }

  /** @param {QueueNights | QueuePeople} rows @param {number} shown @param {number} total */
  #pages({ offset, size }, shown, total) {
    const to = (/** @type {number} */ from) => changed(this.queue, "offset", from > 0 ? [String(from)] : []);
    const turn = (
      /** @type {string} */ id,
      /** @type {string} */ words,
      /** @type {number} */ from,
      /** @type {boolean} */ can,
    ) => el("button", { type: "button", id, disabled: !can, onclick: () => this.apply(to(from)) }, words);
    return el(
      "div",
      { class: "queue-pages" },
      el(
        "span",
        { class: "muted" },
        shown ? `${count(offset + 1)} to ${count(offset + shown)} of ${count(total)}` : `0 of ${count(total)}`,
      ),
      turn("page-before", "‹ before", Math.max(0, offset - size), offset > 0),
      turn("page-after", "after ›", offset + size, offset + shown < total && shown > 0),
    );
  }

  /** The focus to the next row. @param {number} by 1 or -1 */
  move(by) {
    const rows = [...this.parts.rows.querySelectorAll("tbody tr")];
    /** @type {(HTMLElement | null)[]} */
    const links = rows.map((row) => row.querySelector(".queue-link, .queue-people a"));
    const here = links.findIndex((link) => link === document.activeElement);
    (links[here + by] ?? (here < 0 ? links[0] : null))?.focus();
  }
}

/**
 * The queue of several people.
 * @param {App} app
 * @param {URLSearchParams} wanted
 * @returns {Promise<Shown>}
 */
export const showQueue = async (app, wanted) => {
  const queue = queueOf(wanted);
  if (homeOf(queue) !== location.pathname + location.search) history.replaceState(null, "", homeOf(queue));
  const page = new QueuePage(app, queue);
  await page.load();
  return {
    node: page.node,
    title: "To review",
    keys: {
      "/": () => page.search.focus(),
      j: () => page.move(1),
      k: () => page.move(-1),
    },
    renew: () => page.renew(),
    leave: () => {
      clearTimeout(page.resting);
      clearTimeout(page.retrying);
      page.turn += 1;
    },
  };
};
