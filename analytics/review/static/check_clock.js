// @ts-check
// The clock of a check: which step is due, and how its times are written.

/** @import { CheckStep } from "./types.js" */

/**
 * The last step whose time has come; -1 before the first.
 * @param {Pick<CheckStep, "at_s">[]} steps in order
 * @param {number} gone seconds since lying down
 */
export const due = (steps, gone) => steps.filter((step) => step.at_s <= gone).length - 1;

/**
 * Seconds from lying down as "-2:00" or "5:30".
 * @param {number} seconds whole
 */
export const minutes = (seconds) => {
  const whole = Math.abs(seconds);
  return `${seconds < 0 ? "−" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

/**
 * A moment on this machine's clock, with its day, as the command takes it.
 * @param {Date} moment
 */
export const timeOfDay = (moment) => {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":")}`;
};
