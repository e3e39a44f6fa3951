// @ts-check
// The dialog of a note. What is written in it and not saved waits until it is saved or discarded, by night.

import { byId, fill } from "./draw.js";
import { asksBeforeLoss } from "./unsaved.js";

/** @typedef {{ name: string, at: number }} Movement what it is called, and its detected onset (µs) */
/** @typedef {{ words: string, movement: Movement | null }} Note about the movement, or else the whole night */

const dialog = byId("note", HTMLDialogElement);
const form = byId("note-form", HTMLFormElement);
const field = byId("note-text", HTMLTextAreaElement);
const movementName = byId("note-movement", HTMLElement);
const remark = byId("note-remark", HTMLElement);
const discard = byId("note-discard", HTMLElement);
/** The two things that a note may be about. */
const choices = [...dialog.querySelectorAll("input")];

/** What was written and not saved. @type {Map<string, Note>} */
const drafts = new Map();
/** @typedef {{ night: string, take: (note: Note) => void }} Open which night is asked about, and how to show a draft */
/** @type {Open | null} */
let open = null;

/** Keep what could not be saved. @param {string} night @param {Note} note */
export const keepNote = (night, note) => {
  if (open?.night === night && !field.value.trim()) open.take(note);
  else if (!drafts.has(night)) drafts.set(night, note);
};

/** @param {Movement | null} movement @param {Note | undefined} draft */
const show = (movement, draft) => {
  for (const choice of choices) {
    choice.disabled = choice.value === "movement" && movement === null;
    choice.checked = (choice.value === "movement") === Boolean(draft?.movement);
  }
  movementName.textContent = movement?.name ?? "this movement (there is none)";
  field.value = draft?.words ?? "";
  fill(remark, draft && "What you wrote here before is back, and not saved yet.");
};

/**
 * Ask for words; null where they are not to be saved now, and `isKept` where they wait.
 * @param {string} night
 * @param {Movement | null} chosen
 * @returns {Promise<{ note: Note | null, isKept: boolean }>}
 */
export const askNote = (night, chosen) =>
  new Promise((resolve) => {
    let movement = chosen;
    const take = (/** @type {Note | undefined} */ draft) => {
      movement = draft?.movement ?? chosen;
      show(movement, draft);
    };
    take(drafts.get(night));
    open = { night, take };
    /** @type {Note | null} */
    let note = null;
    const ends = new AbortController();
    const written = () => ({
      words: field.value,
      movement: choices.some((choice) => choice.checked && choice.value === "movement") ? movement : null,
    });
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!field.value.trim()) return field.focus();
      note = written();
      return dialog.close();
    };
    const drop = () => {
      field.value = "";
      dialog.close();
    };
    const closed = () => {
      ends.abort();
      open = null;
      const isKept = note === null && field.value.trim() !== "";
      if (isKept) drafts.set(night, written());
      else drafts.delete(night);
      resolve({ note, isKept });
    };
    const { signal } = ends;
    form.addEventListener("submit", submit, { signal });
    discard.addEventListener("click", drop, { signal });
    dialog.addEventListener("close", closed, { signal });
    dialog.showModal();
    field.focus();
  });

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
asksBeforeLoss(() => drafts.size > 0 || (dialog.open && field.value.trim() !== ""));
