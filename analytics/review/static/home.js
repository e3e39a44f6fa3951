// Home: the findings over nights, then one row a night on a shared clock. Rows draw their ticks when they come into view.

import { el, svg, strokes, linear } from "./draw.js";
import { get } from "./server.js";
import { GROUPS, WORDS, address, capital, groupOf, day, duration, flag, number, verdict } from "./words.js";

const CHUNK = 40;
const HOUR = 3_600_000;
const WIDTH = 1000;
const HEIGHT = 24;
/** How high ticks stand: the order of the groups survives without colour. */
const TOP = { periodic: 5, jerk: 1, single: 9, other: 15 };

/** Hours of the shared clock, counted from midnight after the evening; whole hours that hold every night shown. */
const clockRange = (nights) => {
  const hours = nights.flatMap((night) => {
    const midnight = Date.parse(`${night.night_date}T00:00Z`) + 24 * HOUR;
    return [night.recorded_from, night.recorded_to].map((ms) => (ms + 1000 * night.ahead_s - midnight) / HOUR);
  });
  return [Math.max(-12, Math.floor(Math.min(...hours))), Math.min(12, Math.ceil(Math.max(...hours)))];
};

const placed = (night, [first, last]) => {
  const midnight = Date.parse(`${night.night_date}T00:00Z`) + 24 * HOUR - 1000 * night.ahead_s;
  return linear(midnight + first * HOUR, midnight + last * HOUR, 0, WIDTH);
};

const legend = () =>
  el("ul", { class: "legend" }, GROUPS.map((group) => el("li", {}, el("span", { class: `swatch fill-${group.name}` }), group.says)));

const axis = ([first, last]) => {
  const step = Math.max(1, Math.ceil((last - first) / 12));
  const marks = [];
  for (let hour = first; hour <= last; hour += step) {
    const at = (100 * (hour - first)) / (last - first);
    const mark = el("span", { class: "hour" }, String(((hour % 24) + 24) % 24).padStart(2, "0"));
    mark.style.left = `${at}%`;
    marks.push(mark);
  }
  return el("div", { class: "hours", "aria-hidden": "true" }, marks);
};

const state = (night) => {
  const said = verdict(night.review);
  if (said) return el("span", { class: "reviewed" }, said);
  return night.flags.length ? el("span", { class: "to-review" }, "to review") : "";
};

const indexOf = (night, threshold) => {
  if (!night.assessable || night.plms_index === null) {
    return el("span", { class: "muted", title: night.not_assessable_reason ?? "" }, WORDS.not_assessable);
  }
  const high = threshold !== null && night.plms_index > threshold;
  return el("span", { class: high ? "index high" : "index" }, number(night.plms_index));
};

const row = (night, range, threshold, several) => {
  const x = placed(night, range);
  const ground = svg("svg", { class: "ticks", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { x: x(night.recorded_from), width: x(night.recorded_to) - x(night.recorded_from), y: 1, height: HEIGHT - 2, class: "recorded" }),
    night.sleep_onset_at !== null && night.wake_at !== null &&
      svg("rect", { x: x(night.sleep_onset_at), width: x(night.wake_at) - x(night.sleep_onset_at), y: 1, height: HEIGHT - 2, class: "asleep" }));
  const node = el("a", { class: "night", href: address(night) },
    el("span", { class: "when" }, el("span", {}, `${day(night.night_date)} `, el("span", { class: "muted year" }, night.night_date.slice(0, 4))), several && el("bdi", { class: "who" }, night.subject)),
    ground,
    el("span", { class: "value" }, el("span", { class: "visually-hidden" }, "periodic movements per hour of sleep: "), indexOf(night, threshold)),
    el("span", { class: "flags" }, night.flags.map((name) => el("span", { class: `flag ${name}` }, flag(name))), !night.flags.length && el("span", { class: "visually-hidden" }, "no flag")),
    el("span", { class: "state" }, state(night)));
  return { node, ground, night, x, drawn: false };
};

const drawTicks = (row, byLabel) => {
  row.drawn = true;
  for (const group of [...GROUPS].reverse()) {
    const at = (byLabel ?? []).filter((part) => groupOf(part.label) === group.name).flatMap((part) => part.at_s);
    if (at.length) {
      const xs = at.map((s) => row.x(row.night.recorded_from + 1000 * s));
      row.ground.append(svg("path", { d: strokes(xs, TOP[group.name], HEIGHT - 1), class: `tick stroke-${group.name}` }));
    }
  }
};

/** Fetch and draw the ticks of the chunk in which a row lies. */
const ticksFor = (rows) => {
  const asked = new Set();
  return async (index) => {
    const chunk = Math.floor(index / CHUNK);
    if (asked.has(chunk)) return;
    asked.add(chunk);
    const mine = rows.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
    const dates = mine.map((row) => row.night.night_date);
    try {
      const ticks = await get("/api/ticks", { since: dates.at(-1), until: dates[0] });
      const found = Map.groupBy(ticks, (part) => `${part.night_date} ${part.subject}`);
      for (const row of mine) drawTicks(row, found.get(`${row.night.night_date} ${row.night.subject}`));
    } catch {
      asked.delete(chunk);
    }
  };
};

const finding = (person, several) => {
  const raised = Object.entries(person.flags).filter(([, found]) => found.n_flagged > 0);
  const able = person.n_assessable;
  const lines = raised.map(([name, found]) =>
    el("li", {}, el("strong", {}, `${flag(name)} on ${found.n_flagged} of ${able} nights`),
      found.is_pattern ? ": a pattern over nights" : ": not enough for a pattern"));
  const spread = person.plms_index;
  return el("section", { class: "finding" },
    several && el("h2", {}, el("bdi", {}, person.subject)),
    el("ul", {}, lines.length ? lines : el("li", {}, `No flag on ${able} assessable ${able === 1 ? "night" : "nights"}.`)),
    spread && el("p", {}, `Periodic movements per hour of sleep: median ${number(spread.median)}, from ${number(spread.low)} to ${number(spread.high)}.`,
      person.trend?.is_clear ? ` Over the newest ${person.trend.n_nights} nights it changes by ${number(person.trend.per_week)} a week.` : ""),
    able < 7 && el("p", { class: "note" }, `Fewer than 7 nights: nights differ, record more before relying on this.`),
    el("details", {}, el("summary", {}, capital(WORDS.when_to_go)),
      el("dl", { class: "signs" }, person.signs.map((sign) => [
        el("dt", {}, el("span", { class: `sign ${sign.state.replace(" ", "-")}` }, WORDS.sign_states[sign.state]), ` ${sign.name}`),
        el("dd", {}, sign.says),
      ]))));
};

const empty = () =>
  el("section", { class: "card empty" },
    el("h1", {}, "No nights yet"),
    el("p", {}, "Import a recording in a terminal, then load this page again:"),
    el("pre", {}, "nightkick import ~/nights --site ankle --side left --tz Europe/Berlin"),
    el("p", {}, "It takes files and folders: Axivity, GENEActiv, ActiGraph, FIT and others, and CSV tables of acceleration. Wear the sensor on the foot or ankle: a wrist cannot see leg movements."),
    el("p", {}, "To look around first, make a night: "),
    el("pre", {}, "nightkick simulate --out made-up\nnightkick import made-up --site ankle --side left"));

const controls = (people, wanted, apply) => {
  const check = (name, text) =>
    el("label", {}, el("input", { type: "checkbox", name, checked: wanted.has(name), onchange: (event) => apply(name, event.target.checked ? "1" : null) }), text);
  return el("div", { class: "filters", role: "group", "aria-label": "Which nights" },
    people.length > 1 && el("label", {}, "Person ", el("select", { name: "subject", onchange: (event) => apply("subject", event.target.value || null) },
      el("option", { value: "" }, "everybody"),
      people.map((person) => el("option", { value: person.subject, selected: person.subject === wanted.get("subject") }, person.subject)))),
    check("flagged", WORDS.flagged), check("unreviewed", WORDS.not_reviewed),
    el("span", { class: "exports" }, "CSV: ",
      el("a", { href: `/export/nights.csv?${wanted}`, download: "nights.csv" }, "nights"), " ",
      el("a", { href: `/export/movements.csv?${wanted}`, download: "movements.csv" }, "movements")));
};

export const filtered = (nights, wanted) =>
  nights.filter((night) =>
    (!wanted.get("subject") || night.subject === wanted.get("subject")) &&
    (!wanted.has("flagged") || night.flags.length) &&
    (!wanted.has("unreviewed") || !verdict(night.review)));

export const showHome = async (app, wanted) => {
  const { nights, people, threshold } = await app.refresh();
  if (!nights.length) return { node: empty(), keys: {}, title: "No nights yet" };
  const apply = (name, value) => {
    const next = new URLSearchParams(wanted);
    if (value === null) next.delete(name);
    else next.set(name, value);
    const text = next.toString();
    history.replaceState(null, "", text ? `/?${text}` : "/");
    window.dispatchEvent(new PopStateEvent("popstate"));
  };
  const chosen = filtered(nights, wanted);
  const several = people.length > 1;
  const range = clockRange(chosen.length ? chosen : nights);
  const rows = chosen.map((night) => row(night, range, threshold, several));
  const load = ticksFor(rows);
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); load(Number(entry.target.dataset.at)); }
  }, { rootMargin: "400px" });
  const list = el("ol", { class: "nights" }, rows.map((row, i) => {
    const item = el("li", { "data-at": i }, row.node);
    seen.observe(item);
    return item;
  }));
  const flagged = chosen.filter((night) => night.flags.length).length;
  const open = chosen.filter(app.unreviewed).length;
  const hours = duration(chosen.reduce((sum, night) => sum + (night.recorded_to - night.recorded_from) / 1000, 0));
  const node = el("div", { class: "home" },
    el("div", { class: "card findings" }, el("h1", {}, "Over all nights"),
      people.filter((person) => !wanted.get("subject") || person.subject === wanted.get("subject")).map((person) => finding(person, several))),
    el("section", { class: several ? "card several" : "card", "aria-label": "Nights" },
      el("div", { class: "head" }, el("h2", {}, "Nights"),
        el("span", { class: "muted" }, `${chosen.length} shown (${hours}) · ${flagged} ${WORDS.flagged} · ${open} to review`), legend()),
      controls(people, wanted, apply),
      chosen.length
        ? [el("div", { class: "night heading", "aria-hidden": "true" }, el("span", {}, "evening of"), axis(range), el("span", { class: "value" }, "PLMS/h"), el("span", {}, "flags"), el("span", {}, "review")), list]
        : el("p", { class: "empty" }, "No night is left. Take a filter away.")));
  return { node, title: "Nights", keys: {}, leave: () => seen.disconnect() };
};
