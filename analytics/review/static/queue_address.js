// @ts-check
// What an address asks of the queue, and which address asks for what. Without the document.

/** @import { NightKey } from "./types.js" */

/** What is asked where an address asks for nothing. */
const FIRST = [["verdict", "to_review"]];
/** Parameters that say how something is shown, not what. */
const SHOWN_BY = ["view", "people_sort", "offset", "sort"];
/** Parameters of the pages of one night or one person. */
const OF_ONE = ["subject", "of", "flagged", "unreviewed"];

/** @param {URLSearchParams} params @param {string[]} names */
const without = (params, names) => new URLSearchParams([...params].filter(([name]) => !names.includes(name)));

/**
 * The queue that an address asks for: also one of before there was a queue, and one of a night.
 * @param {URLSearchParams} params
 */
export const queueOf = (params) => {
  const queue = without(params, OF_ONE);
  if (params.get("of") === "person") return new URLSearchParams(FIRST);
  if (params.has("flagged")) queue.append("state", "raised");
  if (params.has("unreviewed") && !queue.getAll("verdict").includes("to_review")) queue.append("verdict", "to_review");
  return queue.size ? queue : new URLSearchParams(FIRST);
};

/** The filters of a queue alone, as the server reads them. @param {URLSearchParams} queue */
export const filterOf = (queue) => without(queue, SHOWN_BY);

/** What the server is asked for the rows of the view shown. @param {URLSearchParams} queue */
export const rowsOf = (queue) => {
  const rows = filterOf(queue);
  const sort = queue.get(isPeople(queue) ? "people_sort" : "sort");
  if (sort) rows.set("sort", sort);
  if (queue.get("offset")) rows.set("offset", queue.get("offset") ?? "");
  return rows;
};

/**
 * What the server is asked for the night after one.
 * @param {URLSearchParams} queue @param {NightKey | undefined} here
 */
export const walkOf = (queue, here) => {
  const walk = filterOf(queue);
  const sort = queue.get("sort");
  if (sort) walk.set("sort", sort);
  walk.set("subject", here?.subject ?? "");
  walk.set("night", here?.night_date ?? "1000-01-01");
  return walk;
};

/** @param {URLSearchParams} queue */
export const isPeople = (queue) => queue.get("view") === "people";

/**
 * Where a queue is shown; one that asks for nothing is written out, lest it be taken for the first.
 * @param {URLSearchParams} queue
 */
export const homeOf = (queue) => `/?${queue.size ? queue : new URLSearchParams({ view: "nights" })}`;

/**
 * The same queue with other values of one parameter, from its first row on.
 * @param {URLSearchParams} queue @param {string} name @param {string[]} values
 */
export const changed = (queue, name, values) => {
  const next = without(queue, [name, "offset"]);
  for (const value of values) next.append(name, value);
  return next;
};

/**
 * With a value of a list added, or taken away.
 * @param {URLSearchParams} queue @param {string} name @param {string} value @param {boolean} on
 */
export const toggled = (queue, name, value, on) => {
  const others = queue.getAll(name).filter((one) => one !== value);
  return changed(queue, name, on ? [...others, value] : others);
};

/** With no filter left. @param {URLSearchParams} queue */
export const cleared = (queue) => {
  const shown = [...queue].filter(([name]) => SHOWN_BY.includes(name) && name !== "offset");
  return new URLSearchParams(shown);
};

/**
 * How rows are sorted once a column is chosen: first by its usual direction, chosen again the other way.
 * @param {string} sort @param {string} column @param {boolean} descends which direction is usual
 */
export const sortedBy = (sort, column, descends) => {
  const usual = descends ? `-${column}` : column;
  if (sort !== usual) return usual;
  return descends ? column : `-${column}`;
};

/**
 * What an address carries from night to night and back: all but whose night it is.
 * @param {URL} here
 */
export const carried = (here) => {
  if (here.pathname.startsWith("/night/")) return without(here.searchParams, ["subject"]);
  if (here.pathname !== "/") return new URLSearchParams();
  const rest = without(here.searchParams, ["subject"]);
  if (here.searchParams.get("subject")) rest.set("of", "person");
  return rest;
};

/** Where the page of a night is, with what is carried. @param {NightKey} night @param {URLSearchParams} rest */
export const nightAddress = (night, rest) =>
  `/night/${night.night_date}?${new URLSearchParams([["subject", night.subject], ...rest])}`;

/** Where a night was come from. @param {URL} here */
export const backFrom = (here) => {
  const rest = without(here.searchParams, ["subject", "of"]);
  if (here.searchParams.get("of") === "person") rest.set("subject", here.searchParams.get("subject") ?? "");
  return rest.size ? `/?${rest}` : "/";
};
