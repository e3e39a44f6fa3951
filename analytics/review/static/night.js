// The page of one night: put together here, drawn by its parts, and drawn again when a verdict changes something.

import { el, words } from "./draw.js";
import { inspector } from "./inspector.js";
import { hours, intervals, strip } from "./pictures.js";
import { getFresh, prefetch } from "./server.js";
import { timeline } from "./timeline.js";
import { askNote, log, nightState, send, sideBySide } from "./verdicts.js";
import { WORDS, capital, clockOf, flag, longDay, number } from "./words.js";

const MARKS = { "met": "✓", "not met": "✗", "not measurable": "?" };
const STATES = Object.keys(MARKS);

const value = (criterion) => {
  if (criterion.value === null) return "";
  return `measured ${typeof criterion.value === "number" ? Number(criterion.value.toPrecision(3)) : criterion.value} · `;
};

/** What stands over a flag's criteria. The first that is not met decides, as in the reason. */
const headline = (found) => {
  if (found.raised) return flag(found.name);
  const first = found.criteria.find((one) => one.state !== "met");
  return `${first?.state === "not measurable" ? `${WORDS.cannot_tell}:` : "no"} ${flag(found.name)}`;
};

const reasons = (found) =>
  el("section", { class: found.raised ? "card reasons raised" : "card reasons", "aria-label": flag(found.name) },
    el("h2", {}, el("span", { class: found.raised ? `flag ${found.name}` : "flag none" }, headline(found))),
    el("p", {}, found.reason),
    el("p", { class: "muted small" }, STATES.map((state) => `${found.criteria.filter((one) => one.state === state).length} ${WORDS.criterion_states[state]}`).join(" · ")),
    el("ul", { class: "criteria" }, found.criteria.map((one) =>
      el("li", { class: one.state.replaceAll(" ", "-") },
        el("span", { class: "mark", "aria-hidden": "true" }, MARKS[one.state]),
        el("span", {}, el("span", { class: "strong" }, one.name), el("span", { class: "visually-hidden" }, ` (${WORDS.criterion_states[one.state]})`), el("br"),
          el("span", { class: "muted" }, `${WORDS.criterion_states[one.state]} · ${value(one)}${one.says}`))))));

const journal = (entries) =>
  el("section", { class: "card", "aria-label": "Journal" },
    el("h2", {}, "Journal of that day"),
    entries.length
      ? el("dl", { class: "journal" }, entries.map((entry) => [
        el("dt", {}, el("bdi", {}, entry.kind.replaceAll("_", " "))),
        el("dd", {}, words([entry.value, entry.text].filter((part) => part !== null).join(" ") || WORDS.verdicts.undo, "journal entry")),
      ]))
      : el("p", { class: "muted" }, "Nothing was noted. ", el("code", {}, "nightkick journal template"), " starts a journal."));

const recorded = (data, clock) => {
  const { night } = data;
  const sleep = night.sleep_onset_at === null ? WORDS.not_known
    : `${clock.hm(night.sleep_onset_at)}${night.onset_doubt}, to ${night.wake_at === null ? "?" : clock.hm(night.wake_at)}, told by ${WORDS.sleep_sources[night.sleep_source]}`;
  return el("section", { class: "card", "aria-label": "Recording" },
    el("h2", {}, "Recording"),
    el("dl", { class: "journal" },
      [["asleep", sleep], ["confidence", `${night.tier} (${WORDS.tiers})`], ["blind below", night.blind_below_mg === null ? WORDS.not_known : `${number(night.blind_below_mg, 0)} mg`], ["zone", night.tz]]
        .map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]),
      data.sensors.map((sensor) => [
        el("dt", {}, sensor.side === "unknown" ? sensor.site : `${sensor.side} ${sensor.site}`),
        el("dd", {}, el("bdi", {}, sensor.device?.trim() || sensor.format), sensor.rate_hz_true ? ` at ${number(sensor.rate_hz_true, 0)} Hz` : "", el("br"),
          el("bdi", { class: "muted file" }, sensor.path.split(/[\\/]/).at(-1)),
          sensor.warnings.length > 0 && el("details", {}, el("summary", {}, `${sensor.warnings.length} remarks`), el("ul", {}, sensor.warnings.map((text) => el("li", {}, text))))),
      ])));
};

const spanForm = (clock, from, { save, cancel, changed }) => {
  const field = (name, words) => el("label", {}, `${words} `, el("input", { name, required: true, pattern: "\\d{1,2}:\\d\\d(:\\d\\d)?", placeholder: "23:15:00", size: 8, autocomplete: "off", oninput: () => changed(read()) }));
  const node = el("form", { class: "span-form", "aria-label": "Span to exclude", onkeydown: (event) => { if (event.key === "Escape") cancel(); }, onsubmit: (event) => {
    event.preventDefault();
    const span = read();
    if (span) save(span, node.elements.why.value.trim() || null);
  } },
    el("span", {}, "Drag over the night, or type: "), field("from", "from"), field("to", "to"),
    el("label", {}, "why ", el("input", { name: "why", size: 22, maxlength: 2000, autocomplete: "off", placeholder: "not needed" })),
    el("button", { type: "submit", class: "primary" }, WORDS.verdicts_to_give.exclude), el("button", { type: "button", onclick: cancel }, "Cancel"));
  const read = () => {
    const start = clock.moment(node.elements.from.value, from);
    const end = clock.moment(node.elements.to.value, start ?? from);
    return start !== null && end !== null && end > start ? [start, end] : null;
  };
  return { node, fill: (start, end) => { node.elements.from.value = clock.hms(start); node.elements.to.value = clock.hms(end); } };
};

const action = (words, key, act, pressed = null) =>
  el("button", { type: "button", onclick: act, "aria-pressed": pressed === null ? null : String(pressed) }, `${words} `, key && el("kbd", {}, key));

const question = (night) => ({ subject: night.subject, night: night.night_date });

export const showNight = async (app, night, wanted) => {
  const [data, all] = await Promise.all([getFresh("/api/night", question(night)), app.allNights()]);
  const clock = clockOf(data.offsets);
  const { events } = data;
  let nights = all.nights;
  let form = null;

  const parts = Object.fromEntries(["strip", "state", "numbers", "form", "log"].map((name) => [name, el("div", { class: `part-${name}` })]));

  const decide = async (said) => {
    try {
      data.review = await send(data.night, said);
    } catch (error) {
      app.say(error.message);
      return false;
    }
    app.say("Saved.");
    ({ nights } = await app.refresh());
    redraw();
    return true;
  };
  const judgeNight = (word) => decide({ verdict: data.review.night === word ? "undo" : word });
  const judgeMovement = (word) => {
    const i = near.selected();
    if (i === null) return app.say("There is no movement to judge.");
    const number = events.movement_no[i];
    return decide({ verdict: data.review.movements[number] === word ? "undo" : word, onset: events.onset_us[i] });
  };
  const note = async () => {
    const i = near.selected();
    const answer = await askNote(i === null ? null : `the movement at ${clock.hms(events.onset[i])}`);
    if (answer) await decide({ verdict: "note", note: answer.note, onset: answer.about === "movement" ? events.onset_us[i] : null });
  };

  const mark = (on) => {
    long.mark(on);
    form = on ? spanForm(clock, data.night.recorded_from, {
      save: async ([start, end], why) => { if (await decide({ verdict: "exclude", start, end, note: why })) mark(false); },
      cancel: () => mark(false), changed: () => {},
    }) : null;
    parts.form.replaceChildren(...(form ? [form.node] : []));
    exclude.setAttribute("aria-pressed", String(on));
    if (form) form.node.elements.from.focus();
  };
  const exclude = action("Exclude a span", "E", () => mark(form === null), false);

  const move = (by) => {
    const here = near.selected();
    if (here === null) return;
    for (let i = here + by; i >= 0 && i < events.onset.length; i += by) if (long.isShown(i)) return select(i);
    app.say(by > 0 ? "This is the last movement." : "This is the first movement.");
  };
  const select = (i) => {
    long.select(i);
    history.replaceState(null, "", `${location.pathname}${location.search}#${events.movement_no[i]}`);
    return near.select(i);
  };

  const near = inspector(data, clock, {
    onMove: move,
    verdictButtons: (i) => [["confirm"], ["unsure"], ["dismiss", "D"]].map(([word, key]) =>
      action(WORDS.verdicts_to_give[word], key, () => judgeMovement(word), data.review.movements[events.movement_no[i]] === word)),
  });
  const long = timeline(data, clock, { onPick: (i) => select(i), onSpan: (start, end) => form?.fill(start, end), onFilter: () => {} });

  const bins = el("div", { class: "fill" });
  const drawParts = () => {
    parts.strip.replaceChildren(strip(nights, data.night, all.threshold, parts.strip.clientWidth || 900, app.open));
    parts.state.replaceChildren(nightState(data.review), ...[["confirm", "C"], ["dismiss", "X"], ["unsure", "U"]].map(([word, key]) =>
      action(WORDS.verdicts_to_give[word], key, () => judgeNight(word), data.review.night === word)), action(WORDS.verdicts_to_give.note, "N", note));
    parts.numbers.replaceChildren(sideBySide(data.review));
    parts.log.replaceChildren(log(data.review, clock, (start, end) => decide({ verdict: "undo", start, end })));
  };
  const redraw = () => {
    drawParts();
    long.draw();
    near.show();
  };

  const several = all.people.length > 1;
  const flags = data.flags.filter((found) => found.raised);
  const node = el("div", { class: "page-night" },
    parts.strip,
    el("div", { class: "title" },
      el("button", { type: "button", class: "turn", "aria-label": "Night before", onclick: () => app.step(-1) }, "‹"),
      el("h1", {}, longDay(data.night.night_date)),
      el("button", { type: "button", class: "turn", "aria-label": "Night after", onclick: () => app.step(1) }, "›"),
      el("span", { class: "muted" }, several && [el("bdi", {}, data.night.subject), " · "], `${clock.hm(data.night.recorded_from)} to ${clock.hm(data.night.recorded_to)} · ${number(data.night.recorded_h)} h recorded`),
      flags.map((found) => el("span", { class: `flag ${found.name}` }, flag(found.name))),
      parts.state),
    !data.night.assessable && el("p", { class: "warning", role: "note" }, `${capital(WORDS.not_assessable)}: ${data.night.not_assessable_reason}`),
    parts.numbers,
    el("section", { class: "card", "aria-label": "The night" }, long.node,
      el("div", { class: "bar-of-actions" }, el("span", { class: "muted small" }, "Drag to zoom, double-click for the whole night, click a movement to see it from near."), exclude), parts.form),
    el("div", { class: "columns" }, near.node,
      el("section", { class: "card", "aria-label": "Time between movements" }, el("div", { class: "head" }, el("h2", {}, "Time between movements"), el("span", { class: "muted small" }, "log scale")), bins),
      el("section", { class: "card", "aria-label": "Per clock hour" }, el("div", { class: "head" }, el("h2", {}, "Per clock hour"), el("span", { class: "muted small" }, "periodic in sleep, of all")), hours(data.night, events, clock))),
    el("div", { class: "columns even" }, data.flags.map(reasons)),
    el("div", { class: "columns even" }, parts.log, journal(data.journal), recorded(data, clock)));

  // The first that counts, else the first of any series.
  const counted = events.is_plm.findIndex((is, i) => is && events.sleep_state[i] === "sleep");
  const first = wanted !== null ? events.movement_no.indexOf(wanted) : counted >= 0 ? counted : events.is_plm.indexOf(true);
  const draw = () => {
    drawParts();
    bins.replaceChildren(intervals(events, bins.clientWidth || 320));
    long.draw();
  };
  const askAhead = () => {
    const mine = nights.filter((one) => one.subject === data.night.subject);
    const here = mine.findIndex((one) => one.night_date === data.night.night_date);
    for (const next of [mine[here - 1], mine[here + 1]]) if (next) prefetch("/api/night", question(next));
  };
  return {
    node, night: { subject: data.night.subject, night_date: data.night.night_date }, title: `Night of ${data.night.night_date}`,
    shown: async () => {
      draw();
      if (events.onset.length) {
        long.select(Math.max(0, first));
        await near.select(Math.max(0, first));
      }
      askAhead();
    },
    resized: () => { draw(); near.redraw(); },
    keys: {
      j: () => move(1), k: () => move(-1), d: () => judgeMovement("dismiss"), z: () => near.nextWidth(), n: note,
      c: () => judgeNight("confirm"), x: () => judgeNight("dismiss"), u: () => judgeNight("unsure"), e: () => mark(form === null),
      "+": () => long.zoomBy(0.5), "-": () => long.zoomBy(2), 0: () => long.zoomAll(), Escape: () => form && mark(false),
    },
  };
};
