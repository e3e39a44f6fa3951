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

/**
 * A plan that can be started and stopped.
 * @param {CheckPlan} plan
 */
const running = (plan) => {
  const sound = new Sound();
  const clock = el("p", { class: "check-clock", role: "timer", "aria-live": "off" }, minutes(plan.steps[0].at_s));
  const now = el("p", { class: "check-now", role: "status" }, "Press Start when you hold the sensor in your hand.");
  const after = el("p", { class: "check-after" });
  const rows = plan.steps.map(row);
  const button = el("button", { type: "button", class: "primary" }, "Start");
  let timer = 0;
  let start = 0;
  let at = -1;

  /** @param {number} next */
  const show = (next) => {
    rows[at]?.removeAttribute("aria-current");
    at = next;
    const step = plan.steps[at];
    if (!step) return;
    rows[at].setAttribute("aria-current", "step");
    fill(now, step.do);
    sound.beep();
    sound.speak(step.do);
  };
  const tick = () => {
    const gone = (performance.now() - start) / 1000 + plan.steps[0].at_s - LEAD_S;
    fill(clock, minutes(Math.floor(gone)));
    const next = due(plan.steps, gone);
    if (next > at) show(next);
    if (at === plan.steps.length - 1) end();
  };
  const end = () => {
    clearInterval(timer);
    timer = 0;
    fill(button, "Start again");
  };
  const begin = () => {
    sound.ready();
    if (at >= 0) rows[at].removeAttribute("aria-current");
    at = -1;
    start = performance.now();
    const wait_s = LEAD_S - plan.steps[0].at_s + plan.first_kick_s;
    const command = plan.afterwards.replace("HH:MM:SS", timeOfDay(new Date(Date.now() + wait_s * 1000)));
    fill(after, "Note this command; run it on the recording afterwards: ", el("code", {}, command));
    fill(now, "The clock runs.");
    fill(button, "Stop");
    timer = window.setInterval(tick, TICK_MS);
    tick();
  };
  button.addEventListener("click", () => (timer ? end() : begin()));
  const leave = () => {
    clearInterval(timer);
    sound.stop();
  };
  return { node: el("div", {}, button, clock, now, after, el("ol", { class: "check-plan" }, rows)), leave };
};

/**
 * @param {URLSearchParams} wanted
 * @returns {Promise<Shown>}
 */
export const showCheck = async (wanted) => {
  const legs = wanted.get("legs") === "both" ? "both" : "one";
  const plan = await get("/api/check-plan", { legs });
  const { node, leave } = running(plan);
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
      "Five minutes of lying still, then ten kicks on time: afterwards the program says whether sensor, unit, clock and " +
        "place are right. A tone and, where this browser has one, a voice tell each step.",
    ),
    el("p", {}, other),
    node,
    el("p", { class: "muted" }, plan.caveat),
  );
  return { node: card, title: "Check a sensor", keys: {}, leave };
};
