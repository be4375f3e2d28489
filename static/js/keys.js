// Keys of every page: "/" goes to the search, "?" lists the keys. Those of the map belong to its parts.

const dialog = document.getElementById("keys");

document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || dialog.open) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search").focus();
  } else if (event.key === "?") {
    dialog.showModal();
  }
});
// A click beside the dialog meets the dialog itself, one within it something that it holds.
dialog.addEventListener("click", ({ target }) => {
  if (target === dialog) dialog.close();
});

function writes({ isContentEditable, tagName, type }) {
  const ticks = ["checkbox", "radio", "range", "button", "submit"].includes(type);
  return isContentEditable || tagName === "TEXTAREA" || (tagName === "INPUT" && !ticks);
}
