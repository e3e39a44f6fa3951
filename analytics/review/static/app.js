// Which page is shown, and what the keys do. Pages replace each other without a load; the address follows.

import { el } from "./draw.js";
import { showHome } from "./home.js";
import { showNight } from "./night.js";
import { get, forget } from "./server.js";
import { WORDS, address, verdict } from "./words.js";

const main = document.querySelector("main");
const status = document.getElementById("status");
const help = document.getElementById("help");

/** What is known of all nights; fetched when needed, forgotten when a verdict was given. */
let nights = null;
let page = null;
let turn = 0;

const same = (a, b) => a.subject === b.subject && a.night_date === b.night_date;

export const say = (text) => {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
};

export const app = {
  allNights: async () => (nights ??= await get("/api/nights")),
  refresh: async () => {
    nights = await get("/api/nights");
    return nights;
  },
  open: (night) => go(address(night)),
  step: (direction) => step(direction),
  stepToReview: () => stepToReview(),
  unreviewed: (night) => unreviewed(night),
  say,
};

const failure = (error) =>
  el("section", { class: "card empty", role: "alert" },
    el("h1", {}, "This cannot be shown now"),
    el("p", {}, error.message),
    el("p", {}, el("button", { type: "button", onclick: () => render() }, "Try again"), " ",
      el("a", { href: "/" }, "All nights")));

export const go = (url, replace = false) => {
  history[replace ? "replaceState" : "pushState"](null, "", url);
  return render();
};

const render = async () => {
  const mine = (turn += 1);
  delete document.body.dataset.ready;
  const url = new URL(location.href);
  const date = /^\/night\/(\d{4}-\d\d-\d\d)$/.exec(url.pathname)?.[1];
  let next;
  try {
    if (date) next = await showNight(app, { night_date: date, subject: url.searchParams.get("subject") ?? "" }, Number(url.hash.slice(1)) || null);
    else next = await showHome(app, url.searchParams);
  } catch (error) {
    next = { node: failure(error), keys: {} };
  }
  if (mine !== turn) return;
  page?.leave?.();
  page = next;
  main.replaceChildren(next.node);
  document.title = next.title ? `${next.title} · nightkick` : "nightkick";
  await next.shown?.();
  if (mine !== turn) return;
  document.body.dataset.ready = url.pathname + url.search;
};

/** The nights of the person shown, oldest first; of everybody on home. */
const mine = async () => {
  const { nights: all } = await app.allNights();
  return all.filter((night) => !page?.night || night.subject === page.night.subject).reverse();
};

const step = async (direction) => {
  const list = await mine();
  const next = list[list.findIndex((night) => same(night, page.night)) + direction];
  if (next) return go(address(next));
  return say(`This is the ${direction > 0 ? "last" : "first"} night.`);
};

const unreviewed = (night) => night.flags.length > 0 && !verdict(night.review);

/** The next night that is flagged and not reviewed; after the last one the search begins again with the first. */
const stepToReview = async () => {
  const list = await mine();
  const here = page?.night ? list.findIndex((night) => same(night, page.night)) : -1;
  const next = [...list.slice(here + 1), ...list.slice(0, Math.max(0, here))].find(unreviewed);
  return next ? go(address(next)) : say(`No other night is ${WORDS.flagged} and ${WORDS.not_reviewed}.`);
};

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) {
    if (event.key === "?" && help.open) help.close();
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const arrow = event.shiftKey ? { ArrowRight: stepToReview } : page?.night ? { ArrowLeft: () => step(-1), ArrowRight: () => step(1) } : {};
  const everywhere = { "?": () => help.showModal(), h: () => go("/") };
  const act = everywhere[key] ?? page?.keys?.[key] ?? arrow[key];
  if (act) {
    event.preventDefault();
    act();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/']");
  if (!link || link.hasAttribute("download") || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

window.addEventListener("popstate", () => render());
window.addEventListener("pageshow", (event) => { if (event.persisted) { forget(); nights = null; render(); } });
let resizing = 0;
let width = innerWidth;
window.addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => page?.resized?.());
});
document.getElementById("show-help").addEventListener("click", () => help.showModal());
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
}

render();
