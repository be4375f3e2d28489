// "Report a mistake": the form of the event's page, sent without leaving the map.

import { el } from "./dom.js";
import { t } from "./words.js";

// Returns the folded form; what it holds goes to `address`.
export function mistakeForm(address) {
  const form = document.getElementById("mistake-form").content.firstElementChild.cloneNode(true);
  const trouble = el("p", { class: "complaint", role: "alert", hidden: "" });
  const box = el("details", { class: "report-mistake" }, el("summary", {}, t("Report a mistake")), form, trouble);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = form.querySelector("[type=submit]");
    send.disabled = true;
    trouble.hidden = true;
    try {
      const thanks = el("p", { role: "status", tabindex: -1 }, await sent(address, new FormData(form)));
      form.replaceWith(thanks);
      thanks.focus();
    } catch (error) {
      trouble.textContent = t("It could not be sent: {problem}.", { problem: error.message });
      trouble.hidden = false;
      send.disabled = false;
    }
  });
  return box;
}

// Returns the server's thanks. Throws an Error that says what is wrong.
async function sent(address, body) {
  const response = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer.thanks;
}
