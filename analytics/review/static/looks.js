// @ts-check
// How rows of the night's picture look that the report has too. It comes with the page, from
// analytics/pictures/night_rows.py. It is read from the document, so modules that unit tests reach must not import it.

import { byId } from "./draw.js";

/** @import { Looks } from "./types.js" */

/** @type {Looks} */
export const LOOKS = JSON.parse(byId("looks", HTMLElement).textContent);

/** Whether a blank of a kind lies over all lanes. @param {string} kind */
export const coversAll = (kind) => LOOKS.blank_over_all.includes(kind);
