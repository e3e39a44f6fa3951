// @ts-check
// Before the window goes, the browser asks where something would be lost. What that is, each part of the page knows:
// nothing of it is put aside, for a browser would keep it outside the database.

/** @type {Set<() => boolean>} */
const parts = new Set();

/**
 * Ask a part of the page, when the window goes, whether it holds what is not saved; how to end that.
 * @param {() => boolean} holds
 */
export const asksBeforeLoss = (holds) => {
  parts.add(holds);
  return () => parts.delete(holds);
};

window.addEventListener("beforeunload", (event) => {
  if ([...parts].some((holds) => holds())) event.preventDefault();
});
