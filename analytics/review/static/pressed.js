// @ts-check
// What is pressed stays where it is. A press that leaves a field ends its typing: were the page drawn anew before the
// release, the button would no longer lie under the pointer, and the browser would tell nothing of a click.

const ENDS = ["pointerup", "pointercancel", "blur"];

/** The end of the press that is going on. @type {Promise<void> | null} */
let press = null;

const begun = () => {
  press ??= new Promise((resolve) => {
    const ended = (/** @type {Event} */ event) => {
      if (event.type === "blur" && event.target !== window) return; // of the field that the press leaves
      for (const end of ENDS) removeEventListener(end, ended, true);
      // The click comes after this event and before the next task.
      setTimeout(() => {
        press = null;
        resolve();
      });
    };
    for (const end of ENDS) addEventListener(end, ended, true);
  });
};
addEventListener("pointerdown", begun, true);

/** Once no pointer is down and what was pressed has had its click. */
export const released = async () => {
  while (press) await press;
};
