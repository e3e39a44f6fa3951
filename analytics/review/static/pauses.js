// @ts-check
// Work for pauses of the page: parts further down are made there, and those in view come first.

/** So long one go may take where the browser does not say how much time there is, in milliseconds. */
const GO_MS = 8;

/** @param {(left: () => number) => void} act */
const inPause = (act) => {
  if ("requestIdleCallback" in globalThis) {
    requestIdleCallback((pause) => act(() => pause.timeRemaining()), { timeout: 500 });
    return;
  }
  setTimeout(() => {
    const end = performance.now() + GO_MS;
    act(() => end - performance.now());
  }, 16);
};

/**
 * Take steps in pauses, in their order: at least one in each.
 * @param {number} n how many
 * @param {(i: number) => unknown} step
 * @returns {() => void} ends it
 */
export const inPauses = (n, step) => {
  let i = 0;
  const go = (/** @type {() => number} */ left) => {
    for (let isFirst = true; i < n && (isFirst || left() > 0); isFirst = false) {
      i += 1;
      step(i - 1);
    }
    if (i < n) inPause(go);
  };
  if (n > 0) inPause(go);
  return () => {
    i = n;
  };
};
