// @ts-check
// Which page is shown, and what the keys do. Pages replace each other without a load; the address follows.

import { showCheck } from "./check.js";
import { byId, el } from "./draw.js";
import { messageOf } from "./formats.js";
import { showHome } from "./home.js";
import { InTurn } from "./in_turn.js";
import { showJournal } from "./journal.js";
import { askAhead, showNight } from "./night.js";
import { nextToReview, same } from "./nights.js";
import { backFrom, carried, nightAddress, queueOf, walkOf } from "./queue_address.js";
import { forget, forgetReviews, get, getFresh, getOnce, prefetch } from "./server.js";
import { WORDS } from "./words.js";

/** @import { App, NightKey, PeopleAnswer, Shown, StripAnswer } from "./types.js" */

const main = byId("main", HTMLElement);
const status = byId("status", HTMLElement);
const help = byId("help", HTMLDialogElement);

/** The nights of one person; fetched when needed, and again when a verdict was given. */
/** @type {{ subject: string, answer: StripAnswer } | null} */
let nights = null;
/** @type {PeopleAnswer | null} */
let people = null;
/** @type {Shown | null} */
let page = null;
let turn = 0;
/** The turn that the page shown was drawn in. */
let drawnIn = 0;
/** From night to night, by key or button. */
const steps = new InTurn();

/** @param {string} text */
const say = (text) => {
  status.textContent = "";
  requestAnimationFrame(() => {
    status.textContent = text;
  });
};

/** @param {string} url */
const led = (url) => {
  history.pushState(null, "", url);
  return render();
};

/** To another page, instead of steps that are not made yet. @param {string} url */
const go = (url) => {
  steps.clear();
  return led(url);
};

/** Whose night is shown; empty where the address leaves it to the server. */
const whose = () => page?.night?.subject ?? new URL(location.href).searchParams.get("subject") ?? "";

/** The nights of the person shown, oldest first. */
const mine = async () => (await app.allNights()).nights.toReversed();

/** @param {NightKey} night */
const nightHere = (night) => nightAddress(night, carried(new URL(location.href)));

/** @param {NightKey} night */
const toNight = (night) => led(nightHere(night));

/** @param {number} direction */
const step = async (direction) => {
  const list = await mine();
  const next = list[list.findIndex((night) => same(night, page?.night)) + direction];
  if (next) return toNight(next);
  return say(`This is the ${direction > 0 ? "last" : "first"} night.`);
};

/** The queue that the address carries. */
const queueHere = () => queueOf(carried(new URL(location.href)));

/** To the next night of the queue, over people. */
const stepOn = async () => {
  const queue = queueHere();
  const asked = walkOf(queue, page?.night);
  let found = await getFresh("/api/queue/next", asked);
  if (!found.night) found = await get("/api/queue/next", asked);
  if (!found.night) {
    const isDone = found.of !== null && found.of > 0 && found.done === found.of;
    return say(isDone ? `All ${found.of} done.` : "No other night fits the filters.");
  }
  await led(nightAddress(found.night, queue));
  if (found.wraps) say("That was the last one. The queue begins again.");
};

const stepToReview = async () => {
  if ((await app.people()).how_many === "several") return stepOn();
  const next = nextToReview(await mine(), page?.night);
  return next ? toNight(next) : say(`No other night is ${WORDS.flagged} and ${WORDS.not_reviewed}.`);
};

/** Ask ahead for the next night of the queue. */
const lookAhead = async () => {
  if (!page?.night || (await app.people()).how_many !== "several") return;
  const { night } = await getOnce("/api/queue/next", walkOf(queueHere(), page.night));
  if (!night) return;
  prefetch("/api/strip", { subject: night.subject });
  await askAhead(night);
};

/** @type {App} */
const app = {
  allNights: async () => {
    const subject = whose();
    if (nights?.subject !== subject) nights = { subject, answer: await getFresh("/api/strip", { subject }) };
    return nights.answer;
  },
  refresh: async () => {
    const subject = whose();
    nights = { subject, answer: await get("/api/strip", { subject }) };
    return nights.answer;
  },
  isLeaving: () => drawnIn !== turn,
  outdated: () => {
    nights = null;
  },
  people: async () => (people ??= await get("/api/people")),
  open: (night) => go(nightHere(night)),
  toReview: () => steps.add(stepToReview),
  step: (direction) => steps.add(() => step(direction)),
  say,
  go,
};

/** @param {unknown} error */
const failure = (error) =>
  el(
    "section",
    { class: "card empty", role: "alert" },
    el("h1", {}, "This cannot be shown now"),
    el("p", {}, messageOf(error)),
    el(
      "p",
      {},
      el("button", { type: "button", onclick: () => render() }, "Try again"),
      " ",
      el("a", { href: "/" }, "All nights"),
    ),
  );

/**
 * The page that an address names.
 * @param {URL} url
 * @returns {Promise<Shown>}
 */
const pageAt = async (url) => {
  const date = /^\/night\/(\d{4}-\d\d-\d\d)$/.exec(url.pathname)?.[1];
  const night = { night_date: date ?? "", subject: url.searchParams.get("subject") ?? "" };
  try {
    if (url.pathname === "/check") return await showCheck(url.searchParams);
    if (/^\/journal(\/|$)/.test(url.pathname)) return await showJournal(app, url);
    if (date) return await showNight(app, night, Number(url.hash.slice(1)) || null);
    people = null;
    return await showHome(app, url.searchParams);
  } catch (error) {
    return { node: failure(error), keys: {} };
  }
};

const render = async () => {
  const mine = (turn += 1);
  delete document.body.dataset.ready;
  const url = new URL(location.href);
  const next = await pageAt(url);
  if (mine !== turn) return;
  page?.leave?.();
  page = next;
  drawnIn = mine;
  main.replaceChildren(next.node);
  document.title = next.title ? `${next.title} · nightkick` : "nightkick";
  try {
    await next.shown?.();
  } catch (error) {
    if (mine === turn) main.replaceChildren(failure(error)); // half a page would say what is not so
  }
  if (mine !== turn) return;
  document.body.dataset.ready = url.pathname + url.search;
  lookAhead().catch(() => undefined);
};

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

/** Where "all nights" leads: from a night back to where it was come from. */
const home = () => (page?.night ? backFrom(new URL(location.href)) : "/");

/**
 * What a key does on the page shown.
 * @param {KeyboardEvent} event
 * @returns {(() => unknown) | undefined}
 */
const actOf = (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") return () => help.showModal();
  if (key === "h") return () => go(home());
  const act = page?.keys[key];
  if (act) return act;
  if (event.shiftKey) return key === "ArrowRight" ? () => steps.add(stepToReview) : undefined;
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[key];
  return page?.night && direction ? () => steps.add(() => step(direction)) : undefined;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) {
    if (event.key === "?" && help.open) help.close();
    return;
  }
  const act = actOf(event);
  if (act) {
    event.preventDefault();
    act();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='/']") : null;
  if (!link || link.hasAttribute("download")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const href = link.getAttribute("href") ?? "/";
  go(href === "/" ? home() : href);
});

window.addEventListener("popstate", () => {
  steps.clear();
  render();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    forget();
    nights = null;
    render();
  }
});

let isRenewing = false;
/** Show what was done in another window, once this one is looked at again. */
const lookAgain = async () => {
  if (document.visibilityState !== "visible" || isRenewing) return;
  isRenewing = true;
  forgetReviews();
  try {
    await page?.renew?.();
  } catch {
    // what is shown stays, and the next look or act says what is wrong
  }
  isRenewing = false;
};
window.addEventListener("focus", lookAgain);
document.addEventListener("visibilitychange", lookAgain);
let resizing = 0;
let width = innerWidth;
window.addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => page?.resized?.());
});
byId("show-help", HTMLElement).addEventListener("click", () => help.showModal());
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
}

render();
