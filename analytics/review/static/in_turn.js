// @ts-check
// Acts that are done one after the other, each from where the one before it led. Without the document.

export class InTurn {
  /** @type {(() => Promise<unknown>)[]} */
  #waiting = [];
  #isRunning = false;

  /**
   * Do it once all before it are done; after a failure those behind it are dropped.
   * @param {() => Promise<unknown>} one
   */
  async add(one) {
    this.#waiting.push(one);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await next();
    } finally {
      this.#isRunning = false;
      this.clear();
    }
  }

  /** Drop what has not begun. */
  clear() {
    this.#waiting.length = 0;
  }
}
