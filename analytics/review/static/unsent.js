// @ts-check
// Acts on their way to the server. Where it does not answer they are kept and sent again, in their order. Without the
// document.

/**
 * @template A, R
 * @typedef {{ act: A, tries: number, isOnWay: boolean, resolve: (answer: R) => void, reject: (why: unknown) => void }}
 *   Waiting
 */

/**
 * @template A, R
 * @typedef {{ send: (act: A, tries: number) => Promise<R>, isPassing: (why: unknown) => boolean,
 *   wait: (ms: number) => Promise<void>, changed: () => unknown }} Ways how to send, which failures pass, how to wait
 *   between tries, and whom to tell
 */

/** How long to wait after the first failure, the second, and so on, seconds; the last holds from then on. */
const PAUSES_S = [1, 2, 5, 10];

/** How long to wait after so many failures, ms. @param {number} tries */
export const pauseMs = (tries) => 1000 * PAUSES_S[Math.min(Math.max(tries, 1), PAUSES_S.length) - 1];

/**
 * Sends one act after the other, each once.
 * @template A, R
 */
export class Unsent {
  /** @param {Ways<A, R>} ways */
  constructor(ways) {
    this.ways = ways;
    /** @type {Waiting<A, R>[]} */
    this.queue = [];
    this.isRunning = false;
  }

  /** How many are not sent. */
  get count() {
    return this.queue.length;
  }

  /** Whether the server did not answer when it was tried last. */
  get isLost() {
    return (this.queue[0]?.tries ?? 0) > 0;
  }

  /**
   * Send an act once all before it are; what was answered.
   * @param {A} act
   * @returns {Promise<R>}
   */
  add(act) {
    const sent = new Promise((/** @type {(answer: R) => void} */ resolve, reject) => {
      this.queue.push({ act, tries: 0, isOnWay: false, resolve, reject });
    });
    this.ways.changed();
    if (!this.isRunning) this.#run();
    return sent;
  }

  /** Take back the last that never left; whether there was one. */
  dropLast() {
    const last = this.queue.at(-1);
    if (!last || last.isOnWay || last.tries > 0) return null;
    this.queue.pop();
    last.reject(new NeverSentError("taken back before it was sent"));
    this.ways.changed();
    return last.act;
  }

  async #run() {
    this.isRunning = true;
    for (let first = this.queue[0]; first; first = this.queue[0]) {
      if (!(await this.#tried(first))) await this.ways.wait(pauseMs(first.tries));
    }
    this.isRunning = false;
  }

  /** Try to send one; whether that is settled, in either way. @param {Waiting<A, R>} first */
  async #tried(first) {
    first.isOnWay = true;
    try {
      const answer = await this.ways.send(first.act, first.tries);
      this.queue.shift();
      first.resolve(answer);
    } catch (why) {
      first.isOnWay = false;
      if (this.ways.isPassing(why)) {
        first.tries += 1;
        this.ways.changed();
        return false;
      }
      this.queue.shift();
      first.reject(why);
    }
    this.ways.changed();
    return true;
  }
}

/** What an act fails with that was taken back before it left. */
export class NeverSentError extends Error {}
