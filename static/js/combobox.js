// A text field with suggestions under it, walked through by arrow keys: the combobox pattern of WAI-ARIA.

import { el } from "./dom.js";

const PAUSE_MS = 150;

// `ask(text)` promises options { words, note }, `choose(option)` takes the one that was clicked or entered.
export function combobox(input, list, { ask, choose }) {
  let options = [];
  let at = -1;
  let timer = 0;
  let asked = "";

  const select = (index) => {
    at = index;
    [...list.children].forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const from = at < 0 && step < 0 ? 0 : at;
    select((from + step + options.length) % options.length);
  };
  const show = (others) => {
    options = others;
    list.replaceChildren(
      ...options.map(({ words, note }, number) =>
        el(
          "li",
          { id: `${list.id}-${number}`, role: "option" },
          el("span", {}, words),
          note && el("span", { class: "note" }, note),
        ),
      ),
    );
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    select(-1);
    list.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    clearTimeout(timer);
    asked = "";
    show([]);
  };
  const suggest = async () => {
    const text = input.value.trim();
    asked = text;
    if (!text) return close();
    const found = await ask(text);
    // A slow answer to an older question must not replace a newer one.
    if (asked === text) show(found);
  };
  const take = (option) => {
    close();
    choose(option);
  };

  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
  })) {
    input.setAttribute(name, value);
  }
  close();
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    const enter = at < 0 ? null : () => take(options[at]);
    const act = { Escape: close, ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: enter }[event.key];
    if (list.hidden || !act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  input.addEventListener("blur", close);
  // The field keeps the focus while an option is pressed, so that the list is still there to be clicked.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const row = target.closest("[role=option]");
    if (row) take(options[[...list.children].indexOf(row)]);
  });
  input.form?.addEventListener("submit", close);
}

// Returns the places whose names begin with a text, none where the question fails: a field works without.
export async function placesLike(url, text) {
  try {
    const response = await fetch(`${url}?${new URLSearchParams({ q: text })}`);
    return (await response.json()).places || [];
  } catch {
    return [];
  }
}
