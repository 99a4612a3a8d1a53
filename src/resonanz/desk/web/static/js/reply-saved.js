// Saved replies in the reply box: found while typing (`/word`, or the key v), put in with Enter, said again in
// the other form of address. The server finds and fills in; here is only the choosing.

const words = document.getElementById("words").dataset;
const FIND_MS = 90;
const SLASH = /(^|\s)\/([\p{L}\p{N}-]{1,30}(?: [\p{L}\p{N}-]{1,30})?)$/u;
let place = null; // where in the box the text goes: {from, to}
let put = null; // what was put in last: {number, text}
let timer = 0;
let asking = null;

const box = () => document.getElementById("reply");
const area = () => document.getElementById("reply-text");
const finder = () => document.getElementById("finder");
const input = () => document.getElementById("finder-words");
const options = () => [...document.querySelectorAll("#found [role=option]")];
const chosen = () => document.querySelector('#found [aria-selected="true"]');
const isOpen = () => finder() && !finder().hidden;

function close({ back = false } = {}) {
  clearTimeout(timer);
  asking?.abort();
  if (!finder()) return;
  finder().hidden = input().hidden = true;
  input().value = "";
  input().setAttribute("aria-expanded", "false");
  area().removeAttribute("aria-activedescendant");
  document.getElementById("found").replaceChildren();
  if (back) area().focus();
}

async function find(text, { teach }) {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ words: text, form: document.getElementById("reply-form").value });
  let html;
  try {
    const answer = await fetch(`${box().dataset.find}?${query}`, { signal: asking.signal });
    if (!answer.ok || answer.redirected) return;
    html = await answer.text();
  } catch {
    return;
  }
  document.getElementById("found").innerHTML = html;
  const some = options().length > 0;
  finder().hidden = !some && !teach;
  input().setAttribute("aria-expanded", String(some));
  select(chosen());
}

function soon(text, how) {
  clearTimeout(timer);
  timer = setTimeout(() => find(text, how), FIND_MS);
}

function select(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  const typing = input().hidden ? area() : input();
  if (!option) return;
  typing.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  select(all[Math.min(all.length - 1, Math.max(0, all.indexOf(chosen()) + by))]);
}

function take(option) {
  const text = option.querySelector(".text").textContent;
  const all = area().value;
  const [before, after] = [all.slice(0, place.from), all.slice(place.to)];
  const gap = before && !/\s$/u.test(before) ? "\n" : "";
  area().value = before + gap + text + (after && !/^\s/u.test(after) ? "\n" : "") + after;
  put = { number: option.dataset.number, text };
  document.getElementById("reply-saved").value = option.dataset.number;
  showFacts(option.dataset.title, option.dataset.facts);
  const end = before.length + gap.length + text.length;
  close({ back: true });
  area().setSelectionRange(end, end);
  document.dispatchEvent(new CustomEvent("resonanz:written", { detail: {} }));
}

function showFacts(title, facts) {
  const shown = document.getElementById("for-us");
  shown.querySelector("b").textContent = title;
  shown.querySelector(".said").textContent = facts;
  shown.hidden = !facts;
}

function open() {
  if (!box()) return;
  const from = area().selectionStart;
  place = { from, to: area().selectionEnd };
  document.getElementById("note").hidden = true;
  box().hidden = false;
  finder().hidden = input().hidden = false;
  input().focus();
  find("", { teach: true });
}

document.addEventListener("input", (event) => {
  if (event.target.id === "finder-words") soon(input().value, { teach: true });
  if (event.target.id !== "reply-text") return;
  const at = area().selectionStart;
  const typed = SLASH.exec(area().value.slice(Math.max(0, at - 70), at));
  if (!typed) {
    if (isOpen() && input().hidden) close();
    clearTimeout(timer);
    return;
  }
  place = { from: at - typed[2].length - 1, to: at };
  soon(typed[2], { teach: false });
});

document.addEventListener("keydown", (event) => {
  if (!isOpen() || !["reply-text", "finder-words"].includes(event.target.id) || event.ctrlKey || event.metaKey) return;
  const acts = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => chosen() && take(chosen()),
    Tab: () => (chosen() ? take(chosen()) : close({ back: true })),
    Escape: () => close({ back: true }),
  };
  if (!acts[event.key] || event.isComposing) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  acts[event.key]();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#find-saved")) open();
  else if (event.target.closest("#found [role=option]")) take(event.target.closest("[role=option]"));
  else if (isOpen() && !event.target.closest("#finder")) close();
  if (event.target.closest("[data-close-facts]")) document.getElementById("for-us").hidden = true;
  const form = event.target.closest("[data-form]");
  if (form) speakOtherwise(form);
});

document.addEventListener("resonanz:key", (event) => {
  if (event.detail.key !== "v" || !box()) return;
  event.preventDefault();
  open();
});

// du or Sie: changed for this one answer, with the text that was put in ------------------------------

function showForm() {
  const form = document.getElementById("reply-form")?.value;
  if (!form) return;
  for (const button of document.querySelectorAll("#audience [data-form]")) {
    button.querySelector("b").textContent = form === "du" ? "du" : "Sie";
    button.querySelector(".why").textContent = words.chosen;
  }
}

async function speakOtherwise(button) {
  const kept = document.getElementById("reply-form");
  const now = kept.value || button.dataset.form;
  kept.value = now === "du" ? "sie" : "du";
  showForm();
  if (put && area().value.includes(put.text)) {
    const answer = await fetch(`${box().dataset.find}/${put.number}?form=${kept.value}`);
    if (answer.ok && !answer.redirected) {
      const { text } = await answer.json();
      area().value = area().value.replace(put.text, () => text);
      put.text = text;
    }
  }
  document.dispatchEvent(new CustomEvent("resonanz:written", { detail: {} }));
}

document.addEventListener("htmx:oobAfterSwap", (event) => event.target.id === "audience" && showForm());
document.addEventListener("resonanz:audience", showForm);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "open") put = null;
});
