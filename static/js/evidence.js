// The evidence of one event: what is known, by which words of which reports, and why it is placed where it is.

import { el, outward } from "./dom.js";
import { mistakeForm } from "./mistake.js";
import { whyThisPlace } from "./rivals.js";
import { sign } from "./signs.js";
import { t, tn } from "./words.js";

// Fills `box` with what the server knows of an event; `close` leads back to the list.
export function showEvidence(box, event, close) {
  const back = el("button", { type: "button", class: "plain" }, t("Back to the list"));
  back.addEventListener("click", close);
  box.replaceChildren(
    back,
    el("h2", { tabindex: -1 }, sign(event.mark.family, event.mark.stance), event.headline),
    el("dl", { class: "facts" }, ...event.facts.flatMap(fact)),
    ...(event.mark.lat === null
      ? [el("p", { class: "note" }, t("It is on no map, but it is counted and listed."))]
      : []),
    el("h3", {}, tn("{n} report", "{n} reports", event.reports.length + event.more_reports)),
    ...event.reports.map(report),
    ...(event.more_reports
      ? [
          el(
            "p",
            { class: "note" },
            el(
              "a",
              { href: event.page },
              tn("{n} more on the event's own page", "{n} more on the event's own page", event.more_reports),
            ),
          ),
        ]
      : []),
    ...(event.why ? whyThisPlace(event.why) : []),
    ...(event.history.length > 1 ? history(event.history) : []),
    actions(event),
    mistakeForm(event.mistakes),
  );
}

function fact({ name, words, note }) {
  return [el("dt", {}, name), el("dd", {}, words, note && el("span", { class: "note" }, ` ${note}`))];
}

function report(item) {
  const about = [item.said, item.deaths, item.source || t("Source not given"), item.day].filter(Boolean);
  const line = el("p", { class: "note" }, about.join(" · "));
  if (item.url) line.append(" · ", outward(item.url, t("the report at its source")));
  return el(
    "section",
    { class: "report" },
    el("h4", {}, item.title || t("Report without a title")),
    line,
    el(
      "blockquote",
      {},
      passage(item.before, "context"),
      passage(item.sentence, "sentence"),
      passage(item.after, "context"),
    ),
    ...(item.elsewhere.length
      ? [
          el("p", { class: "note" }, t("The place is named elsewhere in the report:")),
          el("blockquote", {}, passage(item.elsewhere, "context")),
        ]
      : []),
    item.reason && el("p", { class: "note" }, t("Its place: {reason}", { reason: item.reason })),
  );
}

function passage(pieces, name) {
  const marked = pieces.map(({ text, role }) => (role ? el("mark", { class: role }, text) : text));
  return marked.length ? el("p", { class: name }, ...marked) : null;
}

function history(steps) {
  const lines = steps.map((step) =>
    el(
      "li",
      {},
      t("{day}: {stance}, in {source}", {
        day: step.day,
        stance: step.said,
        source: step.source || t("a report without a source"),
      }),
    ),
  );
  return [el("h3", {}, t("Who vouched for it, and when")), el("ol", { class: "history" }, ...lines)];
}

function actions(event) {
  const link = new URL(event.page, location.href).href;
  const copy = el("button", { type: "button", class: "plain" }, t("Copy link"));
  copy.addEventListener("click", () => copied(copy, link));
  return el(
    "p",
    { class: "links" },
    copy,
    el("a", { href: event.page }, t("Its own page")),
    el("a", { href: event.geojson }, "GeoJSON"),
    event.near && el("a", { href: event.near }, t("Near here")),
  );
}

// Browsers give the clipboard to safe addresses only; elsewhere the link is shown, ready to be copied.
async function copied(button, link) {
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = t("Copied");
  } catch {
    const field = el("input", { type: "text", readonly: "", value: link, "aria-label": t("Link to this event") });
    button.replaceWith(field);
    field.select();
  }
}
