// Working together on a conversation: tags, joining and parting, handing over, calling a colleague in a note.

const dialog = document.getElementById("case-dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "case-dialog-body") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
});
document.addEventListener("resonanz:done", (event) => event.detail.closes && dialog.close());

// What was refused stands beside what was chosen, not in a note that goes away.
document.addEventListener("htmx:beforeSwap", (event) => {
  const place = event.target.closest?.("#case-dialog .refused, .held .refused");
  if (place && event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.stopImmediatePropagation();
  }
}, true);

// What is being mended, and what somebody was told about it, outlasts the thread's being drawn again.
const mended = new Map();
const places = (thread) => thread.querySelectorAll(".held textarea, .held input[type=text], .held .refused");
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "thread") return;
  mended.clear();
  for (const place of places(event.target)) {
    if (place.matches(".refused")) mended.set(place.id, place.innerHTML.trim());
    else if (place.value !== place.defaultValue) mended.set(place.id, place.value);
  }
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "thread") return;
  for (const place of places(event.target)) {
    const kept = mended.get(place.id);
    if (!kept) continue;
    if (place.matches(".refused")) place.innerHTML = kept;
    else place.value = kept;
    if (place.matches("textarea")) place.closest("details").open = true;
  }
});

// A tag is put on: the menu closes, so that it can be drawn anew, and the hands are free for the next key.
document.addEventListener("htmx:afterRequest", (event) => {
  const menu = event.target.closest?.("#more-menu");
  if (!menu || !event.target.matches("form") || !event.detail.successful) return;
  menu.open = false;
  document.getElementById("case-name").focus({ preventScroll: true });
});

const KEYS = {
  t: () => {
    const menu = document.getElementById("more-menu");
    if (!menu) return false;
    menu.open = true;
    document.getElementById("tag-name").focus();
    return true;
  },
  m: () => {
    const button = document.getElementById("join-open");
    button?.click();
    return Boolean(button);
  },
};
document.addEventListener("resonanz:key", (event) => {
  if (KEYS[event.detail.key]?.()) event.preventDefault();
});

// Calling a colleague: @ and the first letters -----------------------------------------------------

let people = null; // of the open conversation
let chosen = 0;
const list = () => document.getElementById("askable");

function word(area) {
  return /(?:^|[\s(])@([\p{L}\p{N}_.-]*)$/u.exec(area.value.slice(0, area.selectionStart))?.[1] ?? null;
}

async function known() {
  const number = document.getElementById("case").dataset.number;
  if (people?.number === number) return people.names;
  const answer = await fetch(`/c/${number}/askable`, { headers: { Accept: "application/json" } });
  people = { number, names: answer.ok ? (await answer.json()).people : [] };
  return people.names;
}

async function suggest(area) {
  const typed = word(area);
  if (typed === null) return close(area);
  const begun = typed.toLowerCase();
  const fits = (await known()).filter(({ name, call }) => [name, call].some((text) => text.toLowerCase().startsWith(begun)));
  if (!fits.length || word(area) !== typed) return close(area);
  chosen = 0;
  list().replaceChildren(...fits.slice(0, 6).map(({ name, call, role }, place) => {
    const item = document.createElement("li");
    item.id = `askable-${place}`;
    item.role = "option";
    item.dataset.call = call;
    item.textContent = name;
    const small = document.createElement("span");
    small.className = "small quiet";
    small.textContent = ` ${role}`;
    item.append(small);
    return item;
  }));
  list().hidden = false;
  mark(area);
}

function mark(area) {
  [...list().children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
  area.setAttribute("aria-activedescendant", `askable-${chosen}`);
}

function close(area) {
  if (list()) list().hidden = true;
  area.removeAttribute("aria-activedescendant");
}

function take(area) {
  const call = list().children[chosen].dataset.call;
  const at = area.selectionStart;
  const start = at - word(area).length;
  area.setRangeText(`${call} `, start, at, "end");
  close(area);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => event.target.id === "note-text" && suggest(event.target));
document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (area.id !== "note-text" || list().hidden || event.ctrlKey) return;
  const count = list().children.length;
  if (event.key === "ArrowDown") chosen = (chosen + 1) % count;
  else if (event.key === "ArrowUp") chosen = (chosen + count - 1) % count;
  else if (event.key === "Enter" || event.key === "Tab") take(area);
  else if (event.key === "Escape") close(area);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!list().hidden) mark(area);
}, true);
document.addEventListener("mousedown", (event) => {
  const item = event.target.closest?.("#askable li");
  if (!item) return;
  event.preventDefault();
  chosen = [...list().children].indexOf(item);
  take(document.getElementById("note-text"));
});
