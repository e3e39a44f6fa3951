// @ts-check
// The mouse over a movement from near: edges that are dragged, the ruler that a click sets, a span for a movement that
// was missed. What is drawn lies in a layer of its own, so that the traces are not drawn again for each step.

import { fill, svg } from "./draw.js";
import { edgeAt, spanOf, withEdge } from "./edge_drag.js";

/** @import { Edge } from "./edge_drag.js" */
/** @import { Ms, Span, TimeScale } from "./types.js" */

/**
 * @typedef {{ onEdges: (to: Span) => unknown, onRuler: (at: Ms | null) => unknown,
 *   onSpan: (span: Span) => unknown }} Told
 * @typedef {{ kind: Edge | "span" | "click", from: number, to: number }} Drag
 */

/** A drag is one from so many pixels on; below it is a click. */
const DRAG = 3;
const GRIP = 7;

export class NearDrag {
  /** @param {HTMLElement} plot @param {Told} told */
  constructor(plot, told) {
    this.plot = plot;
    this.told = told;
    this.layer = svg("g", { class: "near-layer" });
    /** @type {TimeScale | null} */
    this.x = null;
    this.bottom = 0;
    /** The chosen movement, where its edges may be moved. @type {Span | null} */
    this.movement = null;
    /** @type {Ms | null} */
    this.ruler = null;
    /** @type {Drag | null} */
    this.drag = null;
    this.adding = false;
    /** What is to be added, once it was marked. @type {Span | null} */
    this.marked = null;
    this.#listen();
  }

  /** What is drawn now. @param {TimeScale} x @param {number} bottom @param {Span | null} movement */
  over(x, bottom, movement) {
    this.x = x;
    this.bottom = bottom;
    this.movement = movement;
    this.draw();
  }

  /** @param {boolean} on */
  add(on) {
    this.adding = on;
    this.marked = null;
    this.plot.classList.toggle("marking", on);
    this.draw();
  }

  /** @param {Ms | null} at */
  setRuler(at) {
    this.ruler = at;
    this.told.onRuler(at);
    this.draw();
  }

  /** @returns {Span} */
  get bounds() {
    return this.x ? [this.x.from, this.x.to] : [0, 0];
  }

  /** @param {PointerEvent} event */
  #px(event) {
    const { from, to } = this.x ?? { from: 0, to: 0 };
    const px = event.clientX - this.plot.getBoundingClientRect().left;
    return this.x ? Math.max(this.x(from), Math.min(this.x(to), px)) : px;
  }

  /** @param {number} px @returns {Drag} */
  #begun(px) {
    if (this.adding || !this.x) return { kind: "span", from: px, to: px };
    const edge = this.movement && edgeAt(this.movement, this.x, px);
    return { kind: edge ?? "click", from: px, to: px };
  }

  #listen() {
    const { plot } = this;
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.x) return;
      this.drag = this.#begun(this.#px(event));
      if (this.drag.kind !== "click") plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      if (!this.x) return;
      const px = this.#px(event);
      const isOver = this.movement !== null && !this.adding && edgeAt(this.movement, this.x, px) !== null;
      plot.classList.toggle("over-edge", isOver);
      if (!this.drag) return;
      this.drag.to = px;
      this.draw();
    });
    plot.addEventListener("pointercancel", () => {
      this.drag = null;
      this.draw();
    });
    plot.addEventListener("pointerup", () => this.#ended());
  }

  #ended() {
    const { drag, x } = this;
    this.drag = null;
    if (!drag || !x) return;
    const isDrag = Math.abs(drag.to - drag.from) > DRAG;
    if (drag.kind === "click") return isDrag ? this.draw() : this.setRuler(Math.round(x.back(drag.to)));
    if (!isDrag) return this.draw();
    if (drag.kind !== "span") {
      const to = this.#edged(drag);
      this.draw(to);
      return this.told.onEdges(to);
    }
    this.marked = spanOf(x.back(drag.from), x.back(drag.to), this.bounds);
    this.draw();
    this.told.onSpan(this.marked);
  }

  /** @param {Drag} drag @returns {Span} */
  #edged(drag) {
    const movement = this.movement ?? [0, 0];
    if (!this.x || drag.kind === "span" || drag.kind === "click") return movement;
    return withEdge(movement, drag.kind, Math.round(this.x.back(drag.to)), this.bounds);
  }

  /** @param {Span} span @param {string} look */
  #box([from, to], look) {
    const { x, bottom } = this;
    if (!x || to <= x.from || from >= x.to) return null;
    const [a, b] = [x(Math.max(from, x.from)), x(Math.min(to, x.to))];
    return svg("rect", { x: a, y: 4, width: Math.max(1, b - a), height: bottom - 8, class: look });
  }

  /** The grip on an edge: a bar through the lanes with a knob, for those who do not see colours. @param {Ms} at */
  #grip(at) {
    const { x, bottom } = this;
    if (!x || at < x.from || at > x.to) return null;
    const knob = { x: x(at) - GRIP / 2, y: bottom / 2 - 11, width: GRIP, height: 22, rx: 2, class: "edge-grip" };
    return [svg("line", { x1: x(at), x2: x(at), y1: 4, y2: bottom - 4, class: "edge-line" }), svg("rect", knob)];
  }

  #ruler() {
    const { x, bottom, ruler } = this;
    if (ruler === null || !x || ruler < x.from || ruler > x.to) return null;
    return svg("line", { x1: x(ruler), x2: x(ruler), y1: 4, y2: bottom - 4, class: "ruler" });
  }

  /** @param {Span | null} [moved] the movement as it was just dragged, until the server has answered */
  draw(moved = null) {
    const { drag, x } = this;
    const isEdge = drag?.kind === "onset" || drag?.kind === "offset";
    const shown = moved ?? (drag && isEdge ? this.#edged(drag) : this.movement);
    const span = drag?.kind === "span" && x ? spanOf(x.back(drag.from), x.back(drag.to), this.bounds) : this.marked;
    fill(
      this.layer,
      shown && (isEdge || moved) && this.#box(shown, "dragged"),
      span && this.#box(span, "to-add"),
      shown && !this.adding && [this.#grip(shown[0]), this.#grip(shown[1])],
      this.#ruler(),
    );
  }
}
