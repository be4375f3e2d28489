// What a reader can set in the header's menu. A classic script in the head, so that no page is painted in one theme
// and then in the other. `data-theme` of the root is "light" or "dark", whether chosen or the system's: what is drawn
// on a canvas watches it.

(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = "system";

  // Where a browser keeps nothing, the choice holds for the page.
  const recall = () => {
    try {
      chosen = localStorage.getItem(KEY) || "system";
    } catch {
      chosen = "system";
    }
  };
  const remember = () => {
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Then not.
    }
  };
  const apply = () => {
    const known = ["light", "dark"].includes(chosen);
    root.dataset.theme = known ? chosen : system.matches ? "dark" : "light";
    const radio = document.querySelector(`.settings [name=theme][value=${known ? chosen : "system"}]`);
    if (radio) radio.checked = true;
  };

  recall();
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", ({ key }) => {
    if (key !== KEY) return;
    recall();
    apply();
  });
  addEventListener("DOMContentLoaded", () => {
    apply();
    const menu = document.querySelector(".settings");
    if (!menu) return;
    menu.addEventListener("change", ({ target }) => {
      chosen = target.value;
      remember();
      apply();
    });
    // The page may show something else by now than when its links were made.
    menu.addEventListener("click", ({ target }) => {
      if (!target.matches("a[hreflang]")) return;
      const here = new URL(location.href);
      here.searchParams.set("lang", target.hreflang);
      target.href = here.href;
    });
  });
})();
