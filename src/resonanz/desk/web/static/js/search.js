// The search page: from the box to what was found and back, without a mouse.

const box = document.getElementById("search-words");
const hits = () => [...document.querySelectorAll("#hits a.hit, #hits .answer-it")];

function go(to) {
  const hit = hits()[to];
  if (!hit) return;
  hit.focus({ preventScroll: true });
  hit.closest("li").scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = hits();
  const at = all.indexOf(document.activeElement);
  go(at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by)));
}

const KEYS = { j: () => step(1), k: () => step(-1), Enter: () => hits()[0]?.click() };

document.addEventListener("resonanz:key", (event) => {
  const act = KEYS[event.detail.key];
  if (!act || (event.detail.key === "Enter" && document.activeElement?.closest("a, button"))) return;
  event.preventDefault();
  act();
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "Escape") return;
  event.preventDefault();
  if (hits().length) go(0);
  else box.blur();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const first = event.detail.elt?.querySelector?.("a.hit");
  if (event.detail.requestConfig?.elt?.closest?.(".more")) first?.focus({ preventScroll: true });
});
