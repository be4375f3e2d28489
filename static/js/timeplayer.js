// Plays the events: moves the window by a seventh of its length, a day at least, until it is at the end. Each step
// waits until the page has shown the one before, however slow that is.

import { idle } from "./load.js";
import { t } from "./words.js";

const STEP_MS = 800;
const FIRST_DAYS = 7;
const STEPS_A_WINDOW = 7;
const atRest = [];

// Whether the events are being played.
export function isPlaying() {
  return document.querySelector("#timebar .play")?.dataset.playing === "yes";
}

// Calls `listener` whenever playing has ended.
export function onRest(listener) {
  atRest.push(listener);
}

export function player(bar, range, { first, last }) {
  const button = bar.querySelector(".play");
  const speed = bar.querySelector(".speed");
  const output = bar.querySelector("output");
  let turn = 0;

  const say = (playing) => {
    button.dataset.playing = playing ? "yes" : "no";
    button.setAttribute("aria-label", playing ? t("Pause") : t("Play"));
    // Read out at the end only, not at every step.
    output.setAttribute("aria-live", playing ? "off" : "polite");
  };
  const stop = () => {
    turn += 1;
    if (!isPlaying()) return;
    say(false);
    for (const listener of atRest) listener();
  };
  const play = async () => {
    turn += 1;
    const mine = turn;
    const playing = () => turn === mine;
    say(true);
    rewind(range, { first, last });
    for (;;) {
      await pause(STEP_MS / Number(speed.value));
      await idle();
      if (!playing()) return;
      const { low, high } = range.shown;
      if (failed() || !range.move(Math.max(1, Math.round((high - low + 1) / STEPS_A_WINDOW)))) return stop();
      range.settle();
    }
  };
  const toggle = () => (button.dataset.playing === "yes" ? stop() : play());
  button.addEventListener("click", toggle);
  return { stop, toggle };
}

// All days begin with a week; a window at the end begins anew.
function rewind(range, { first, last }) {
  const { low, high, open } = range.shown;
  if (open) range.set(first, first + FIRST_DAYS - 1);
  else if (high >= last) range.set(first, first + high - low);
  range.settle();
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function failed() {
  return !document.getElementById("trouble").hidden;
}
