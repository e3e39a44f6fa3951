// @ts-check
// Check a sensor: the plan of ten kicks with a clock that runs, says each step aloud, and names the command for
// afterwards. Nothing is sent anywhere: once the page is shown it needs no server.

import { el, fill } from "./draw.js";
import { due, minutes, timeOfDay } from "./check_clock.js";
import { get } from "./server.js";

/** @import { CheckPlan, CheckStep, Shown } from "./types.js" */

const TICK_MS = 200;
/** Seconds between a press of the button and the first step. */
const LEAD_S = 5;

/** A tone for who has no voice in the browser. Its context is made by a press, as browsers ask. */
class Sound {
  /** @type {AudioContext | null} */
  #context = null;

  ready() {
    this.#context ??= new AudioContext();
  }

  beep() {
    if (!this.#context) return;
    const [tone, volume] = [this.#context.createOscillator(), this.#context.createGain()];
    volume.gain.value = 0.2;
    tone.frequency.value = 880;
    tone.connect(volume).connect(this.#context.destination);
    tone.start();
    tone.stop(this.#context.currentTime + 0.15);
  }

  /** @param {string} text */
  speak(text) {
    const voice = window.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.startsWith("en"));
    if (!voice) return;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    window.speechSynthesis.speak(said);
  }

  stop() {
    window.speechSynthesis?.cancel();
    this.#context?.close();
    this.#context = null;
  }
}

/** @param {CheckStep} step */
const row = (step) =>
  el(
    "li",
    { class: `check-step check-${step.kind}` },
    el("span", { class: "check-when" }, minutes(step.at_s)),
    " ",
    el("span", {}, step.do),
  );

/** A plan that can be started and stopped. */
class Running {
  #sound = new Sound();
  #timer = 0;
  #start = 0;
  #at = -1;

  /** @param {CheckPlan} plan */
  constructor(plan) {
    this.plan = plan;
    this.clock = el("p", { class: "check-clock", role: "timer", "aria-live": "off" }, minutes(plan.steps[0].at_s));
    this.now = el("p", { class: "check-now", role: "status" }, "Press Start when you hold the sensor in your hand.");
    this.after = el("p", { class: "check-after" });
    this.rows = plan.steps.map(row);
    this.button = el("button", { type: "button", class: "primary" }, "Start");
    this.button.addEventListener("click", () => (this.#timer ? this.#end() : this.#begin()));
    const list = el("ol", { class: "check-plan" }, this.rows);
    this.node = el("div", {}, this.button, this.clock, this.now, this.after, list);
  }

  #begin() {
    const { plan } = this;
    this.#sound.ready();
    this.rows[this.#at]?.removeAttribute("aria-current");
    this.#at = -1;
    this.#start = performance.now();
    const wait_s = LEAD_S - plan.steps[0].at_s + plan.first_kick_s;
    const command = plan.afterwards.replace("HH:MM:SS", timeOfDay(new Date(Date.now() + wait_s * 1000)));
    fill(this.after, "Note this command; run it on the recording afterwards: ", el("code", {}, command));
    fill(this.now, "The clock runs.");
    fill(this.button, "Stop");
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  #tick() {
    const { steps } = this.plan;
    const gone = (performance.now() - this.#start) / 1000 + steps[0].at_s - LEAD_S;
    fill(this.clock, minutes(Math.floor(gone)));
    const next = due(steps, gone);
    if (next > this.#at) this.#show(next);
    if (this.#at === steps.length - 1) this.#end();
  }

  /** @param {number} next */
  #show(next) {
    this.rows[this.#at]?.removeAttribute("aria-current");
    this.#at = next;
    this.rows[next].setAttribute("aria-current", "step");
    const words = this.plan.steps[next].do;
    fill(this.now, words);
    this.#sound.beep();
    this.#sound.speak(words);
  }

  #end() {
    clearInterval(this.#timer);
    this.#timer = 0;
    fill(this.button, "Start again");
  }

  leave() {
    this.#end();
    this.#sound.stop();
  }
}

/**
 * @param {URLSearchParams} wanted
 * @returns {Promise<Shown>}
 */
export const showCheck = async (wanted) => {
  const legs = wanted.get("legs") === "both" ? "both" : "one";
  const plan = await get("/api/check-plan", { legs });
  const running = new Running(plan);
  const other =
    legs === "one"
      ? el("a", { href: "/check?legs=both" }, "I wear a sensor on each leg")
      : el("a", { href: "/check" }, "I wear one sensor");
  const card = el(
    "section",
    { class: "card check" },
    el("h1", {}, "Check a sensor"),
    el(
      "p",
      {},
      "Five minutes of lying still, then ten kicks on time: afterwards the program says whether sensor, unit, clock " +
        "and place are right. A tone and, where this browser has one, a voice tell each step. Keep this page in " +
        "front, and the screen on.",
    ),
    el("p", {}, other),
    running.node,
    el("p", { class: "muted" }, plan.caveat),
  );
  return { node: card, title: "Check a sensor", keys: {}, leave: () => running.leave() };
};
