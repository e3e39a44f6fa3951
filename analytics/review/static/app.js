// @ts-check
// Which page is shown, and what the keys do. Pages replace each other without a load; the address follows.

import { showCheck } from "./check.js";
import { byId, el } from "./draw.js";
import { address, messageOf } from "./formats.js";
import { showHome } from "./home.js";
import { showJournal } from "./journal.js";
import { showNight } from "./night.js";
import { nextToReview, same } from "./nights.js";
import { get, forget } from "./server.js";
import { WORDS } from "./words.js";

/** @import { App, NightsAnswer, Shown } from "./types.js" */

const main = byId("main", HTMLElement);
const status = byId("status", HTMLElement);
const help = byId("help", HTMLDialogElement);

/** What is known of all nights; fetched when needed, and again when a verdict was given. @type {NightsAnswer | null} */
let nights = null;
/** @type {Shown | null} */
let page = null;
let turn = 0;

/** @param {string} text */
const say = (text) => {
  status.textContent = "";
  requestAnimationFrame(() => {
    status.textContent = text;
  });
};

/** @param {string} url */
const go = (url) => {
  history.pushState(null, "", url);
  return render();
};

/** The nights of the person shown, oldest first; of everybody on home. */
const mine = async () => {
  const { nights: all } = await app.allNights();
  const night = page?.night;
  return all.filter((one) => !night || one.subject === night.subject).reverse();
};

/** @param {number} direction */
const step = async (direction) => {
  const list = await mine();
  const next = list[list.findIndex((night) => same(night, page?.night)) + direction];
  if (next) return go(address(next));
  return say(`This is the ${direction > 0 ? "last" : "first"} night.`);
};

const stepToReview = async () => {
  const next = nextToReview(await mine(), page?.night);
  return next ? go(address(next)) : say(`No other night is ${WORDS.flagged} and ${WORDS.not_reviewed}.`);
};

/** @type {App} */
const app = {
  allNights: async () => (nights ??= await get("/api/nights")),
  refresh: async () => {
    nights = await get("/api/nights");
    return nights;
  },
  open: (night) => go(address(night)),
  step,
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
  main.replaceChildren(next.node);
  document.title = next.title ? `${next.title} · nightkick` : "nightkick";
  await next.shown?.();
  if (mine !== turn) return;
  document.body.dataset.ready = url.pathname + url.search;
};

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

/**
 * What a key does on the page shown.
 * @param {KeyboardEvent} event
 * @returns {(() => unknown) | undefined}
 */
const actOf = (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") return () => help.showModal();
  if (key === "h") return () => go("/");
  const act = page?.keys[key];
  if (act) return act;
  if (event.shiftKey) return key === "ArrowRight" ? stepToReview : undefined;
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[key];
  return page?.night && direction ? () => step(direction) : undefined;
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
  go(link.getAttribute("href") ?? "/");
});

window.addEventListener("popstate", () => render());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    forget();
    nights = null;
    render();
  }
});
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
