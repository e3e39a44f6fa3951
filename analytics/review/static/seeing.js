// @ts-check
// Ways through the movements of a night: to the next of a label or of a colour, those of an interval or an hour, and
// all hours as rows.

import { HourRows } from "./hour_rows.js";
import { LinkedPicture } from "./linked_picture.js";
import { nextRound, nextShown } from "./movements.js";
import { GROUPS, groupOf, label } from "./words.js";

/** @import { App, Clock, LinkedPart, NightShown } from "./types.js" */

/**
 * @typedef {{ app: App, data: NightShown, clock: Clock, near: import("./inspector.js").Inspector,
 *   long: import("./timeline.js").Timeline, list: import("./movement_list.js").MovementList,
 *   pick: (i: number) => unknown }} Page
 */

export class Seeing {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { intervals, hours } = page.data.pictures;
    const narrow = (/** @type {LinkedPart | null} */ part) => this.narrow(part);
    this.intervals = new LinkedPicture(intervals, "Intervals", narrow);
    this.hours = new LinkedPicture(hours, "Clock hours", narrow);
    this.rows = new HourRows(page.data, page.clock, {
      onPick: (i) => page.pick(i),
      isShown: (i) => page.long.isShown(i),
    });
  }

  /** List the movements of an interval or an hour alone; all again. @param {LinkedPart | null} part */
  narrow(part) {
    const { list } = this.page;
    this.intervals.show(part);
    this.hours.show(part);
    list.narrow(part);
    if (part) list.node.scrollIntoView({ block: "nearest" });
  }

  /** To the next movement that is labelled as the chosen one. @param {number} by 1 or -1 */
  nextOfLabel(by) {
    const { app, data, near, list } = this.page;
    const here = near.selected;
    if (here === null) return;
    const name = data.events.label[here];
    const isLike = (/** @type {number} */ i) => data.events.label[i] === name && list.isListed(i);
    const next = nextShown(data.events.onset.length, here, by, isLike);
    if (next !== null) return this.page.pick(next);
    return app.say(`This is the ${by > 0 ? "last" : "first"} one here: ${label(name)}.`);
  }

  /** To the next movement of a colour; after the last the first again. @param {string} name */
  nextOfGroup(name) {
    const { app, data, near, list } = this.page;
    const here = near.selected;
    const isOne = (/** @type {number} */ i) => groupOf(data.events.label[i]) === name && list.isListed(i);
    const next = nextRound(data.events.onset.length, here, isOne);
    const says = GROUPS.find((group) => group.name === name)?.says;
    if (next === null) return app.say(`There is no other one here: ${says}.`);
    if (here !== null && next < here) app.say(`That was the last one. Back at the first: ${says}.`);
    return this.page.pick(next);
  }
}
