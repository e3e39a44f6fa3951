// @ts-check
// A journal from a file: what would happen first, by line and column; stored only when that is confirmed.

import { el, fill } from "./draw.js";
import { messageOf } from "./formats.js";
import { postJournalFile } from "./server.js";

/** @import { JournalAnswer, JournalFilePlan } from "./types.js" */

const CHUNK = 0x8000;

/** @param {File} file */
const base64Of = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const parts = [];
  for (let at = 0; at < bytes.length; at += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return btoa(parts.join(""));
};

/** @param {[number, string, string][]} lines @param {number} n @param {string} title */
const table = (lines, n, title) =>
  lines.length > 0 && [
    el("h3", {}, title),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": title },
      el(
        "table",
        { class: "journal-plan" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["line", "column", ""].map((name) => el("th", { scope: "col" }, name)),
          ),
        ),
        el(
          "tbody",
          {},
          lines.map(([line, column, says]) =>
            el(
              "tr",
              {},
              el("td", {}, String(line)),
              el("td", {}, el("bdi", {}, column)),
              el("td", {}, el("bdi", {}, says)),
            ),
          ),
        ),
      ),
    ),
    n > lines.length && el("p", { class: "muted" }, `and ${n - lines.length} more`),
  ];

/** The card of one person's journal files. */
class FileCard {
  /** @param {JournalAnswer} data */
  constructor(data) {
    this.data = data;
    this.says = el("p", { role: "status", class: "journal-file-says" });
    this.shown = el("div", {});
    this.input = el("input", { type: "file", id: "journal-file", accept: ".csv,.toml,.txt" });
    this.input.addEventListener("change", () => this.#chosen());
    this.node = el(
      "section",
      { class: "card journal-file", "aria-label": "From a file" },
      el("h2", {}, "From a file"),
      el("label", { for: "journal-file" }, "A journal as CSV or TOML: what would change is shown first. "),
      this.input,
      this.says,
      this.shown,
    );
  }

  /** @param {string} text @param {boolean} isWrong */
  #tell(text, isWrong) {
    fill(this.says, text);
    this.says.classList.toggle("wrong", isWrong);
  }

  #chosen() {
    const file = this.input.files?.[0];
    fill(this.shown);
    if (!file) return this.#tell("", false);
    if (file.size > this.data.file.most_bytes) return this.#tell(this.data.file.too_large, true);
    return this.#send(file, null);
  }

  /** @param {File} file @param {string | null} confirmed */
  async #send(file, confirmed) {
    try {
      const { subject } = this.data;
      const said = { name: file.name, base64: await base64Of(file), subject, confirmed };
      const plan = await postJournalFile(said);
      if (plan.is_stored) {
        fill(this.shown);
        this.#tell(["Stored. Load the page again to see it.", plan.remark].filter(Boolean).join(" "), false);
        return;
      }
      this.#draw(file, plan);
      const again = plan.has_changed ? "The journal has changed meanwhile; look again. " : "";
      this.#tell(`${again}${plan.says} Nothing is stored yet.`, false);
    } catch (error) {
      fill(this.shown);
      this.#tell(messageOf(error), true);
    }
  }

  /** @param {File} file @param {JournalFilePlan} plan */
  #draw(file, plan) {
    const confirm = el("button", { type: "button", class: "primary" }, "Store it");
    confirm.addEventListener("click", () => {
      confirm.disabled = true;
      this.#send(file, plan.fingerprint);
    });
    fill(
      this.shown,
      plan.misspelt.map((line) => el("p", {}, line)),
      table(plan.left_out, plan.n_left_out, "Left out"),
      table(plan.cells, plan.n_changing, "What would change"),
      plan.n_changing > 0 && el("p", {}, confirm),
    );
  }
}

/** @param {JournalAnswer} data */
export const fileCard = (data) => new FileCard(data).node;
