// Themes by keyboard: j and k go from card to card, Enter shows all posts of the one that has the focus.

const cards = () => [...document.querySelectorAll(".theme")];

function step(by) {
  const all = cards();
  if (!all.length) return;
  const at = all.findIndex((card) => card.contains(document.activeElement));
  const to = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

const KEYS = { j: () => step(1), k: () => step(-1), Enter: () => document.activeElement.querySelector("[data-main]")?.click() };

document.addEventListener("resonanz:key", (event) => {
  const act = KEYS[event.detail.key];
  if (!act || (event.detail.key === "Enter" && !document.activeElement?.matches(".theme"))) return;
  event.preventDefault();
  act();
});
