// The panel beside the map: the list of what is in view, or the evidence of the event that is opened.

import { showEvidence } from "./evidence.js";
import { eventList } from "./list.js";
import { load } from "./load.js";
import { on, option, setOption } from "./state.js";
import { el } from "./dom.js";
import { t } from "./words.js";

const TYPING = "input, select, textarea, dialog";

// Fills the panel and keeps it in step with the page's address.
export function startSide(map) {
  const panel = document.getElementById("events");
  const opened = document.getElementById("opened");
  const body = panel.querySelector(".panel-body");
  const list = eventList(panel, map);
  const close = () => setOption("event", "");
  let stop = new AbortController();
  // On a wide screen the panel scrolls, on a narrow one what is in it.
  let places = [0, 0];

  const swap = (shown) => {
    const wasList = opened.hidden;
    if (wasList && shown) places = [panel.scrollTop, body.scrollTop];
    document.getElementById("side-list").hidden = shown;
    opened.hidden = !shown;
    [panel.scrollTop, body.scrollTop] = shown ? [0, 0] : places;
  };

  const show = async ({ focus }) => {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const id = option("event");
    if (!id) {
      if (opened.hidden) return;
      const was = opened.dataset.event;
      swap(false);
      list.resume(was);
      return;
    }
    list.pause();
    panel.open = true;
    const answer = await load(`${panel.dataset.events}${encodeURIComponent(id)}/evidence.json`, signal).catch(
      (error) => ({ error }),
    );
    if (signal.aborted) return;
    opened.dataset.event = id;
    if (answer.error) opened.replaceChildren(...failure(answer.error, close, () => show({ focus: true })));
    else showEvidence(opened, answer, close);
    swap(true);
    list.title(t("Evidence"));
    if (focus) opened.querySelector("h2").focus({ preventScroll: true });
  };

  on("option", (name) => {
    if (name === "event") show({ focus: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !option("event")) return;
    if (!event.target.closest(TYPING)) close();
  });
  list.start();
  show({ focus: false });
}

function failure(error, close, again) {
  const retry = el("button", { type: "button" }, t("Try again"));
  retry.addEventListener("click", again);
  const back = el("button", { type: "button", class: "plain" }, t("Back to the list"));
  back.addEventListener("click", close);
  return [
    back,
    el("h2", { tabindex: -1 }, t("The event could not be loaded")),
    el("p", { role: "alert" }, `${error.message}.`),
    el("p", { class: "actions" }, retry),
  ];
}
