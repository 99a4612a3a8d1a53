// What is noted about a post: y opens why, each further key sets what it is, Escape or y closes.

const WAITS_MS = [1200, 3000, 8000]; // a post that has just come is noted within a second or so
let waited = 0;
let timer = 0;
let corrections = Promise.resolve(); // one after the other, however fast the keys come

const open = () => document.querySelector("details.noted[open]");

document.addEventListener("toggle", (event) => {
  const noted = event.target;
  if (!noted.matches?.("details.noted") || !noted.open) return;
  if ("kept" in noted.dataset) {
    delete noted.dataset.kept;
    return;
  }
  for (const other of document.querySelectorAll("details.noted[open]")) if (other !== noted) other.open = false;
  load(noted);
}, true);

const fetched = (noted, place) =>
  htmx.ajax("GET", noted.dataset.from, { source: place, target: place, swap: "innerHTML" });

async function load(noted) {
  const place = noted.querySelector(".why");
  await fetched(noted, place);
  const room = document.getElementById("thread").clientHeight;
  noted.scrollIntoView({ block: noted.offsetHeight > room ? "start" : "nearest" });
}

// The panel after a change, in its place; focus stays, as choices have ids. A message has said what is new.
function renew(noted) {
  const place = noted.querySelector(".why");
  place.setAttribute("aria-live", "off");
  fetched(noted, place);
}

function toggle() {
  const now = open();
  if (now) {
    now.open = false;
    return;
  }
  const all = [...document.querySelectorAll("#thread details.noted")];
  const noted = document.querySelector("#thread .post.asked details.noted") ?? all.at(-1);
  if (!noted) return;
  noted.open = true;
  noted.querySelector("summary").focus({ preventScroll: true });
}

function set(button) {
  const form = button.closest("form");
  const { kind, value } = button.dataset;
  const values = { order: form.elements.order.value, kind, value };
  const action = form.getAttribute("action");
  // The panel may be drawn anew meanwhile: what is sent hangs on what stays.
  const send = () => htmx.ajax("POST", action, { source: "#toasts", target: "#toasts", swap: "none", values });
  corrections = corrections.then(send).catch(() => {}); // the inbox says what went wrong
}

const choiceAt = (event) => event.target.closest?.(".relabel [data-kind]");
let held = ""; // the choice that a mouse holds down: drawn anew meanwhile, it gets no click of the browser

document.addEventListener("mousedown", (event) => {
  held = (event.button === 0 && !event.ctrlKey && choiceAt(event)?.id) || "";
});

document.addEventListener("mouseup", (event) => {
  const button = choiceAt(event);
  if (button && button.id === held) setTimeout(() => {
    if (held) set(button);
    held = "";
  });
});

document.addEventListener("click", (event) => {
  const button = choiceAt(event);
  if (!button) return;
  held = "";
  set(button);
});

document.addEventListener("resonanz:key", (event) => {
  const key = event.detail.key;
  if (document.querySelector("#sort-menu[open]")) return; // its digits are its own
  const choice = open()?.querySelector(`[data-key-of="${CSS.escape(key)}"]`);
  if (!choice && key !== "y") return;
  event.preventDefault();
  event.stopImmediatePropagation(); // while the panel is open, its keys are nobody else's
  if (choice) set(choice);
  else toggle();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !open()) return;
  const noted = open();
  noted.open = false;
  noted.querySelector("summary").focus({ preventScroll: true });
  event.stopImmediatePropagation();
}, true);

// When the thread is drawn again, an open panel stays open, and focus in it where it was. After something
// was done it shows how things are now.

let kept = null;
let changed = false;

document.addEventListener("resonanz:done", (event) => {
  if (event.detail.changed && open()) changed = true;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "thread") return;
  const now = open();
  const focus = document.activeElement;
  kept = now && { order: now.dataset.order, why: now.querySelector(".why"), focus };
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!kept || event.target.id !== "thread") return;
  const { order, why, focus } = kept;
  kept = null;
  const noted = document.querySelector(`details.noted[data-order="${CSS.escape(order)}"]`);
  if (!noted) return;
  noted.querySelector(".why").replaceWith(why);
  noted.dataset.kept = "";
  noted.open = true;
  if (why.contains(focus)) focus.focus({ preventScroll: true });
  else if (focus?.matches?.("details.noted > summary")) noted.querySelector("summary").focus({ preventScroll: true });
  if (!changed) return;
  changed = false;
  renew(noted);
});

// A post that is not noted yet: look again soon, a few times.

function await_notes() {
  clearTimeout(timer);
  const thread = document.getElementById("thread");
  if (!thread?.querySelector("details.noted[data-waits]")) {
    waited = 0;
    return;
  }
  if (waited >= WAITS_MS.length || open()) return;
  timer = setTimeout(() => document.dispatchEvent(new CustomEvent("resonanz:again")), WAITS_MS[waited]);
  waited += 1;
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "open") waited = 0;
  if (["open", "thread"].includes(event.target.id)) await_notes();
});
await_notes();
