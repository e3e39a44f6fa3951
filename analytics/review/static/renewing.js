// @ts-check
// A page drawn anew while someone looks at it: the focus and what is seen stay where they are.

import { released } from "./pressed.js";

/** What finds the focused thing again once it is made anew. */
const focused = () => {
  const { activeElement: here } = document;
  if (here?.id) return `#${CSS.escape(here.id)}`;
  const href = here?.getAttribute("href");
  return href ? `#main a[href="${CSS.escape(href)}"]` : null;
};

/** Draw anew once nothing is pressed. @param {() => unknown} draw */
export const inPlace = async (draw) => {
  await released();
  const [again, top] = [focused(), scrollY];
  draw();
  const now = again && document.querySelector(again);
  if (now instanceof HTMLElement && now !== document.activeElement) now.focus({ preventScroll: true });
  scrollTo({ top, behavior: "instant" });
};

/** Whether two answers say the same. @param {unknown} one @param {unknown} other */
export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
