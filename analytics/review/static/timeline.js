// @ts-check
// The night on one axis: stages, sleep, movements of each leg, envelope of each sensor, heart rate, warmth. Drag to
// zoom, to mark a span, or to move when the wearer fell asleep. It draws what it is given and decides nothing.

import { el, hatching, hiddenTable, picture, svg } from "./draw.js";
import { number } from "./formats.js";
import { timeScale, timeTicks, zoomed } from "./geometry.js";
import { LOOKS, coversAll } from "./looks.js";
import { LEFT, drawLane, drawOnset, spanRect } from "./lanes.js";
import { hourly, lanesOf, legsOf, nearest } from "./movements.js";
import { LegendFilter } from "./legend_filter.js";
import { drawHandles, handleAt } from "./sleep_form.js";
import { GROUPS, WORDS, blank, capital, groupOf } from "./words.js";

/** @import { SleepKind } from "./edits.js" */
/** @import { Child, Clock, Ms, NamedSpan, NightShown, Span } from "./types.js" */

/**
 * @typedef {{ onPick: (i: number) => unknown, onSpan: (start: Ms, end: Ms) => unknown, onFilter: () => unknown,
 *   onSleep: (kind: SleepKind, at: Ms) => unknown, onNext: (group: string) => unknown }} Listeners
 * @typedef {{ from: number, to: number, handle: SleepKind | null }} Drag
 */

const RIGHT = 12;
const NARROWEST_MS = 20_000;
/** Clicks count as on a movement from this near, pixels. */
const NEAR = 12;
/** A drag is one from so many pixels on; below it is a click. */
const DRAG = 3;
const DOUBLE_MS = 400;

/** What swatches of a kind mean. @param {string} css @param {[string, string][]} entries @param {string} [title] */
const meaning = (css, entries, title) =>
  el(
    "ul",
    { class: `legend ${css}`, "aria-label": title },
    title && el("li", {}, `${capital(title)}:`),
    entries.map(([look, says]) => el("li", {}, el("span", { class: `swatch ${look}` }), says)),
  );

/** The picture of a night, what of it is in view, and which movement is chosen in it. */
export class Timeline {
  /**
   * @param {NightShown} data
   * @param {Clock} clock
   * @param {Listeners} listeners
   */
  constructor(data, clock, listeners) {
    this.data = data;
    this.clock = clock;
    this.listeners = listeners;
    /** @type {Span} */
    this.whole = [data.night.recorded_from, data.night.recorded_to];
    this.layout = lanesOf(data, LOOKS);
    this.legs = legsOf(data.events, data.envelopes).length;
    this.filter = new LegendFilter({
      onToggle: () => {
        this.draw();
        this.listeners.onFilter();
      },
      onNext: listeners.onNext,
    });
    /** Groups that are shown. */
    this.shown = this.filter.shown;
    this.view = this.whole;
    this.width = 0;
    this.x = timeScale(...this.view, 0, 0);
    /** @type {number | null} */
    this.selected = null;
    this.marking = false;
    /** @type {Drag | null} */
    this.drag = null;
    /** @type {{ when: number, px: number } | null} */
    this.tapped = null;
    this.holder = el("div", { class: "plot" });
    this.reset = el(
      "button",
      { type: "button", disabled: true, onclick: () => this.zoomAll() },
      "Whole night ",
      el("kbd", {}, "W"),
    );
    this.table = el("div", {});
    this.#listen();
    this.node = this.#put();
  }

  #put() {
    const { legend, likely_sleep: likely } = this.data;
    return el(
      "div",
      {},
      el(
        "div",
        { class: "head" },
        this.filter.node,
        meaning("states", legend),
        el(
          "div",
          { class: "tools", role: "group", "aria-label": "Zoom" },
          el("button", { type: "button", "aria-label": "Zoom in", onclick: () => this.zoomBy(0.5) }, "+"),
          el("button", { type: "button", "aria-label": "Zoom out", onclick: () => this.zoomBy(2) }, "−"),
          this.reset,
        ),
        likely && meaning("likely", likely.legend, WORDS.measures.p_sleep),
      ),
      this.holder,
      this.table,
      this.#byMinute(),
      likely && hiddenTable(likely.table.caption, likely.table.head, likely.table.rows),
    );
  }

  /** Heart rate and temperature for those who do not see them: lowest, median, highest. */
  #byMinute() {
    const { heart, temperature } = this.data;
    const lines = [
      ...(heart.length ? [{ name: "heart rate, bpm", minutes: heart }] : []),
      ...temperature.map(({ leg, minutes }) => ({ name: `temperature of the sensor (${leg}), °C`, minutes })),
    ];
    const rows = lines.map(({ name, minutes }) => {
      const values = minutes.map(([, value]) => value).sort((a, b) => a - b);
      const some = [values[0], values[Math.floor(values.length / 2)], values[values.length - 1]];
      return [name, ...some.map((value) => number(value))];
    });
    return rows.length > 0 && hiddenTable("Measured by minute", ["what", "lowest", "median", "highest"], rows);
  }

  /** The night after an edit. @param {NightShown} data @param {number | null} chosen */
  update(data, chosen) {
    this.data = data;
    this.selected = chosen;
    this.draw();
  }

  draw() {
    const { data, clock, view, layout } = this;
    this.filter.count(data.events.label);
    const byHour = hourly(data.events, clock, GROUPS, groupOf);
    this.table.replaceChildren(
      hiddenTable("Movements by clock hour", ["hour", ...GROUPS.map((group) => group.says)], byHour),
    );
    this.width = Math.max(300, this.holder.clientWidth || 900);
    this.x = timeScale(...view, LEFT, this.width - RIGHT);
    const count = data.events.onset.length;
    this.holder.replaceChildren(
      picture(
        this.width,
        layout.bottom + 22,
        `Night from ${clock.hm(view[0])} to ${clock.hm(view[1])}: sleep, ${count} movements and ` +
          `how strongly each sensor moved. ${data.likely_sleep?.says ?? ""} Tables by hour follow.`,
        svg("defs", {}, hatching("hatch")),
        this.#ticks(),
        layout.lanes.map((lane) => drawLane(lane, this.x, data, this)),
        this.#veils(),
        drawOnset(this.#onset(), this.x, layout.bottom, this.#sleepLane()),
        this.#handles(),
        this.#marker(),
        this.#selection(),
      ),
    );
  }

  #ticks() {
    const { x, clock, width } = this;
    const { bottom } = this.layout;
    const ticks = timeTicks(x.from, x.to, Math.max(3, (width - LEFT) / 110), clock.aheadMs(x.from));
    return ticks.found.map((at) => [
      svg("line", { x1: x(at), x2: x(at), y1: 4, y2: bottom, class: "grid" }),
      svg(
        "text",
        { x: Math.max(LEFT + 14, Math.min(width - 24, x(at))), y: bottom + 16, class: "axis middle" },
        ticks.step < 60_000 ? clock.hms(at) : clock.hm(at),
      ),
    ]);
  }

  /** What was not recorded or worn, or perhaps not, and what a reviewer excluded, over the lanes. */
  #veils() {
    const { x, data, layout } = this;
    const band = { top: 4, bottom: layout.bottom };
    /** @param {NamedSpan} blank */
    const veil = ([start, end, kind]) => {
      const how = { fill: `url(#${LOOKS.blank_fills[kind]})`, class: `blank over-${LOOKS.blank_fills[kind]}` };
      const bands = coversAll(kind) ? [band] : layout.lanes.filter((lane) => LOOKS.blank_over.includes(lane.row));
      return bands.map((one) => spanRect(x, one, [start, end], how, blank(kind)));
    };
    return [
      data.blanks.map(veil),
      data.review.spans.map((span) =>
        spanRect(x, band, span, { class: "excluded" }, `${WORDS.verdicts.exclude} by a reviewer`),
      ),
    ];
  }

  #sleepLane() {
    return this.layout.lanes.find((lane) => lane.kind === "sleep");
  }

  /** When the wearer fell asleep, as reviewed. */
  #onset() {
    const { night, edited } = this.data;
    const { sleep_onset_us: us } = edited.night;
    const isDetected = us !== null && night.sleep_onset_at !== null && Math.abs(us / 1000 - night.sleep_onset_at) < 1;
    return { sleep_onset_at: us === null ? null : us / 1000, onset_span: isDetected ? night.onset_span : null };
  }

  /** @returns {Child} */
  #handles() {
    const [lane, { drag }] = [this.#sleepLane(), this];
    const dragged = drag?.handle ? { kind: drag.handle, at: this.x.back(drag.to) } : null;
    return lane ? drawHandles(this.data.edited.night, this.x, lane, dragged) : null;
  }

  /** @returns {Child} */
  #marker() {
    if (this.selected === null) return null;
    const { x } = this;
    const at = this.data.events.onset[this.selected];
    const lane = this.layout.lanes.find((one) => one.kind === "raster");
    if (!lane || at < x.from || at > x.to) return null;
    return svg("path", { d: `M${x(at) - 6} ${lane.top - 8}h12l-6 8z`, class: "marker" });
  }

  /** @returns {Child} */
  #selection() {
    const { drag } = this;
    return (
      drag &&
      !drag.handle &&
      svg("rect", {
        x: Math.min(drag.from, drag.to),
        width: Math.abs(drag.to - drag.from),
        y: 4,
        height: this.layout.bottom - 4,
        class: this.marking ? "selection marking" : "selection",
      })
    );
  }

  /** What begins under the mouse. @param {PointerEvent} event @returns {Drag} */
  #begun(event) {
    const px = this.#px(event);
    const lane = this.#sleepLane();
    const py = event.clientY - this.holder.getBoundingClientRect().top;
    const handle = lane && !this.marking ? handleAt(this.data.edited.night, this.x, lane, { px, py }) : null;
    return { from: px, to: px, handle };
  }

  /** @param {PointerEvent} event */
  #px(event) {
    return Math.max(LEFT, Math.min(this.width - RIGHT, event.clientX - this.holder.getBoundingClientRect().left));
  }

  #listen() {
    const { holder } = this;
    holder.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.drag = this.#begun(event);
      holder.setPointerCapture(event.pointerId);
    });
    holder.addEventListener("pointermove", (event) => {
      if (!this.drag) return;
      this.drag.to = this.#px(event);
      if (Math.abs(this.drag.to - this.drag.from) > DRAG) this.draw();
    });
    holder.addEventListener("pointercancel", () => {
      this.drag = null;
      this.draw();
    });
    holder.addEventListener("pointerup", (event) => {
      if (this.drag) this.#ended(this.drag, event.timeStamp);
    });
  }

  /** @param {Drag} drag @param {number} when */
  #ended(drag, when) {
    const [a, b] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    this.drag = null;
    if (b - a <= DRAG) this.#tap(a, when);
    else if (drag.handle) this.listeners.onSleep(drag.handle, Math.round(this.x.back(drag.to)));
    else if (this.marking) this.listeners.onSpan(Math.round(this.x.back(a)), Math.round(this.x.back(b)));
    else this.zoomTo(this.x.back(a), this.x.back(b));
    this.draw();
  }

  /**
   * A click. Browsers count no double click on what was drawn anew in between, so it is counted here.
   * @param {number} px
   * @param {number} when
   */
  #tap(px, when) {
    const { tapped } = this;
    const isSecond = tapped !== null && when - tapped.when < DOUBLE_MS && Math.abs(px - tapped.px) < NEAR;
    this.tapped = isSecond ? null : { when, px };
    if (isSecond) return this.zoomAll();
    const picked = nearest(this.data.events, this.x, px, NEAR, (i) => this.isShown(i));
    if (picked !== null) this.listeners.onPick(picked);
  }

  /** @param {Ms} from @param {Ms} to */
  zoomTo(from, to) {
    this.view = zoomed(this.whole, from, to, NARROWEST_MS);
    this.reset.disabled = this.view[0] <= this.whole[0] && this.view[1] >= this.whole[1];
    this.draw();
  }

  /** Show so many times as long a stretch; closer, round the chosen movement. @param {number} factor */
  zoomBy(factor) {
    const [from, to] = this.view;
    const centre = this.selected !== null && factor < 1 ? this.data.events.onset[this.selected] : (from + to) / 2;
    const half = ((to - from) * factor) / 2;
    this.zoomTo(centre - half, centre + half);
  }

  zoomAll() {
    this.zoomTo(...this.whole);
  }

  /** @param {number} i */
  isShown(i) {
    return this.shown.has(groupOf(this.data.events.label[i]));
  }

  /** Choose a movement, and bring it into view. @param {number} i */
  select(i) {
    this.selected = i;
    const [from, to] = this.view;
    const ms = this.data.events.onset[i];
    if (ms !== undefined && (ms < from || ms > to)) this.zoomTo(ms - (to - from) / 2, ms + (to - from) / 2);
    else this.draw();
  }

  /** Whether a drag marks a span instead of zooming. @param {boolean} on */
  mark(on) {
    this.marking = on;
    this.holder.classList.toggle("marking", on);
  }
}
