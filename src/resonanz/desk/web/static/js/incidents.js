// The pages of incidents by keyboard: j and k move, x ticks, Enter edits, Ctrl+Enter confirms all that are ticked.

const form = document.querySelector("[data-batch]");
const items = () => [...(form?.querySelectorAll("[data-item]") ?? [])];

function at() {
  const all = items();
  const inside = all.findIndex((item) => item.contains(document.activeElement));
  return inside >= 0 ? inside : all.findIndex((item) => item.hasAttribute("data-at"));
}

function go(by) {
  const all = items();
  const now = at();
  const item = all[now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + by))];
  for (const one of all) one.toggleAttribute("data-at", one === item);
  const box = item.querySelector('input[type="checkbox"]');
  box.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = items()[at()]?.querySelector('input[type="checkbox"]');
  if (!box) return;
  box.checked = !box.checked;
  count();
}

function edit() {
  items()[at()]?.querySelector("textarea")?.focus();
}

function count() {
  const shown = form?.querySelector("[data-count]");
  if (shown) shown.textContent = `(${form.querySelectorAll('input[type="checkbox"]:checked').length})`;
}

const KEYS = { j: () => go(1), k: () => go(-1), x: tick, Enter: edit };

document.addEventListener("resonanz:key", (event) => {
  const button = document.querySelector(`[data-key="${CSS.escape(event.detail.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
    return;
  }
  if (!form || !KEYS[event.detail.key]) return;
  if (event.detail.key === "Enter" && document.activeElement?.closest("a, button")) return;
  event.preventDefault();
  KEYS[event.detail.key]();
});

// The prepared text in the other language; what stands in the box comes back with the next press.
for (const button of form?.querySelectorAll("[data-other]") ?? []) button.hidden = false;
form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-other]");
  if (!button) return;
  const item = button.closest("[data-item]");
  const [box, told] = [item.querySelector("textarea"), item.querySelector("[data-promise]")];
  const [text, language, label, promises] = [box.value, box.lang, button.textContent, told?.textContent ?? ""];
  box.value = button.dataset.other;
  box.lang = button.dataset.language;
  button.textContent = button.dataset.turned;
  if (told) told.textContent = button.dataset.promises;
  Object.assign(button.dataset, { other: text, language, turned: label, promises });
  box.focus();
});

// Whether words that somebody is changing name a time is known when they are sent: until then the rule stands there.
form?.addEventListener("input", (event) => {
  const told = event.target.closest("[data-item]")?.querySelector("[data-promise]");
  if (told && event.target.tagName === "TEXTAREA") told.textContent = form.dataset.promiseRule;
});

// A checkbox is no place to type: letters work there too (keys.js leaves inputs alone).
document.addEventListener("keydown", (event) => {
  if (!form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".batch-foot .button.main"));
    return;
  }
  const free = !event.ctrlKey && !event.metaKey && !event.altKey && "keys" in document.documentElement.dataset;
  if (event.target.type === "checkbox" && free && KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (event.key === "Escape" && event.target.tagName === "TEXTAREA") {
    event.preventDefault();
    event.target.closest("[data-item]").querySelector('input[type="checkbox"]').focus();
  }
});

let busy = false;
form?.addEventListener("submit", (event) => {
  if (busy) event.preventDefault(); // one press, one batch
  busy = true;
});
addEventListener("pageshow", () => { busy = false; });
form?.addEventListener("change", count);
count();
