// @ts-check
// What was done since the page was opened, over nights: what undo and redo are about. Without the document.

import { same } from "./nights.js";

/** @import { NightKey, UnfitEdit } from "./types.js" */

/** @typedef {{ night: NightKey, act: number, says: string, at: number, kind: string }} DoneAct */

/** Acts of this page: the last that stands is taken back first, and the last that was taken back is done again. */
export class ActStack {
  constructor() {
    /** @type {DoneAct[]} */
    this.done = [];
    /** @type {DoneAct[]} */
    this.undone = [];
  }

  /** What was just done; after it nothing of its night can be done again. @param {DoneAct} act */
  push(act) {
    this.done.push(act);
    this.undone = this.undone.filter((one) => !same(one.night, act.night));
  }

  /** @returns {DoneAct | undefined} */
  get toUndo() {
    return this.done.at(-1);
  }

  /** @returns {DoneAct | undefined} */
  get toRedo() {
    return this.undone.at(-1);
  }

  /** @param {DoneAct} act that was taken back, or done again */
  turned(act) {
    const isDone = this.done.includes(act);
    const [from, to] = isDone ? [this.done, this.undone] : [this.undone, this.done];
    const place = from.indexOf(act);
    if (place < 0) return;
    from.splice(place, 1);
    to.push(act);
  }

  /** Acts of a night that stand, newest first. @param {NightKey} night */
  of(night) {
    return this.done.filter((act) => same(act.night, night)).reverse();
  }

  /** Whether an act of a night stands, by its number. @param {NightKey} night @param {number | null} number */
  find(night, number) {
    return this.done.find((act) => act.act === number && same(act.night, night));
  }
}

/**
 * Whether another window acted between two acts of this one. Acts are counted over all nights.
 * @param {number} before the latest act that this window knew of
 * @param {number} mine the number of its own next one
 */
export const anotherWasHere = (before, mine) => mine !== before + 1;

/**
 * Why an edit that no longer fits cannot be taken back now; null where it can.
 * @param {Pick<UnfitEdit, "act_no" | "is_free">} one
 * @param {number | null} next which act would be taken back next
 */
export const whyNotBack = (one, next) =>
  one.is_free || one.act_no === next
    ? null
    : "What else was done with it still fits: it can be taken back once the acts after it are.";
