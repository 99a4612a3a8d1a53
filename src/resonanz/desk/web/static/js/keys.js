// Single-letter keys: never while somebody types, not at all where they are switched off.

const TYPING = "input, textarea, select, [contenteditable]";
let going = 0;

function isFree(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return false;
  return "keys" in document.documentElement.dataset;
}

function go(key) {
  const link = document.querySelector(`.bar [data-go="${CSS.escape(key)}"]`);
  if (link) link.click();
  return Boolean(link);
}

function find() {
  const box = [...document.querySelectorAll("[data-search]")].find((field) => field.checkVisibility());
  if (box) {
    box.focus();
    box.select();
  } else {
    document.querySelector("[data-search-page]")?.click();
  }
}

// What a page does not take for itself and the bar offers: writing down a call.
function everywhere(key) {
  const link = document.querySelector(`.bar [data-key="${CSS.escape(key)}"]`);
  link?.click();
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if (!isFree(event)) return;
  const key = event.key;
  if (Date.now() - going < 1200 && go(key)) {
    going = 0;
    event.preventDefault();
    return;
  }
  if (key === "g") {
    going = Date.now();
  } else if (key === "?") {
    document.getElementById("keys").showModal();
  } else if (key === "/") {
    find();
  } else if (key === "u") {
    (document.querySelector("#toasts [data-undo]") ?? document.querySelector('[data-key="u"]'))?.click();
  } else {
    const told = new CustomEvent("resonanz:key", { detail: { key }, cancelable: true });
    if (document.dispatchEvent(told) && !everywhere(key)) return;
  }
  event.preventDefault();
});
