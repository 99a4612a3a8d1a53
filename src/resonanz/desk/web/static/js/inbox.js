// The inbox page: moving through the queue, changes in place, new ones behind a bar, the open thread.

const words = document.getElementById("words").dataset;
const main = document.getElementById("main");
const me = Number(words.me);
const fresh = new Map(); // conversations that are not in the list yet: number → name
const toldOnce = new Set();
let heads = document.getElementById("head").innerHTML;
let troubles = document.getElementById("troubles").innerHTML;
let broken = false;

const list = () => document.getElementById("rows");
const rows = () => [...document.querySelectorAll("#rows .row")];
const openNumber = () => document.getElementById("case")?.dataset.number ?? "";

// Opening -----------------------------------------------------------------------------------------

async function load(url, told = {}) {
  const address = new URL(url, location.href);
  if (!address.pathname.startsWith("/c/")) {
    if (told.say) sessionStorage.setItem("resonanz-toast", JSON.stringify({ say: told.say, undo: told.undo }));
    location.assign(address);
    return;
  }
  await htmx.ajax("GET", url, { source: "#open", target: "#open", swap: "innerHTML" });
  history.pushState({ htmx: true }, "", address);
}

function markOpen() {
  const number = openNumber();
  main.classList.toggle("has-open", Boolean(number));
  document.getElementById("open").classList.remove("with-person");
  for (const row of rows()) {
    if (row.parentElement.dataset.number === number) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  keepTitle();
  toEnd();
}

let writesOn = false; // whoever took their words back goes on with them

function toEnd() {
  const thread = document.getElementById("thread");
  if (!thread) return;
  const asked = thread.querySelector(".asked");
  thread.scrollTop = thread.scrollHeight;
  if (asked && asked.offsetTop < thread.scrollTop) thread.scrollTop = asked.offsetTop - 80;
}

function keepTitle() {
  const waiting = document.getElementById("bar-count").textContent.trim();
  const name = document.getElementById("case")?.dataset.title ?? words.inbox;
  document.title = `${waiting ? `(${waiting}) ` : ""}${name} · Resonanz`;
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "open") {
    markOpen();
    const box = writesOn && document.getElementById("reply-text"); // a key typed on would be a command
    (box || document.getElementById("case-name"))?.focus({ preventScroll: true });
    writesOn = false;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest(".show-person, [data-close-person]")) togglePerson();
});

function togglePerson() {
  const toggle = document.querySelector(".show-person");
  const shown = document.getElementById("open").classList.toggle("with-person");
  toggle.setAttribute("aria-expanded", String(shown));
  (shown ? document.querySelector("[data-close-person]") : toggle).focus({ preventScroll: true });
}

// Keys --------------------------------------------------------------------------------------------

function step(by) {
  const all = rows();
  const focused = all.indexOf(document.activeElement);
  const current = all.findIndex((row) => row.hasAttribute("aria-current"));
  const from = focused >= 0 ? focused : current;
  const row = all[from < 0 ? 0 : Math.min(all.length - 1, Math.max(0, from + by))];
  if (!row) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (openNumber() && row.parentElement.dataset.number !== openNumber()) row.click();
}

const ARRIVED_MS = 3000;
let arrived = -ARRIVED_MS; // when sending brought the next conversation onto the page

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  e: () => {
    if (performance.now() - arrived < ARRIVED_MS) {
      // meant for the one that was just answered, most likely: ask instead of resolving the next
      arrived = -ARRIVED_MS;
      document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: words.arrived } }));
      return;
    }
    const why = document.getElementById("resolve-menu");
    if (why) {
      why.open = true;
      why.querySelector(".leaf button").focus();
      return;
    }
    document.getElementById("resolve")?.requestSubmit();
  },
  a: () => {
    const menu = document.getElementById("assign-menu");
    if (!menu) return;
    menu.open = true;
    menu.querySelector(".leaf button").focus();
  },
  Enter: () => document.getElementById("next")?.click(),
};

document.addEventListener("resonanz:key", (event) => {
  const key = event.detail.key;
  const busy = document.activeElement?.closest("a, button, summary");
  if (!KEYS[key] || (key === "Enter" && busy)) return;
  event.preventDefault();
  KEYS[key]();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const open = document.getElementById("open");
  if (open.classList.contains("with-person")) {
    togglePerson();
  } else if (event.target.closest?.("textarea")) {
    document.getElementById("case-name").focus({ preventScroll: true });
  } else if (openNumber()) {
    const back = document.querySelector(".case-head .to-streams") ?? document.querySelector(".case-head .back");
    const row = document.querySelector("#rows .row[aria-current]");
    if (back.checkVisibility()) back.click();
    else row?.focus();
  }
});

// After a change ----------------------------------------------------------------------------------

document.addEventListener("resonanz:done", (event) => {
  const told = event.detail;
  if (told.say) document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: told.say, undo: told.undo } }));
  const next = told.back ?? told.go;
  writesOn = Boolean(told.write);
  if (told.go) arrived = performance.now();
  if (next) load(next, told);
  else if (told.changed || told.sent || told.noted) again({ own: true });
  soon();
  if (told.sent) for (const ms of [2000, 7000, 15000]) setTimeout(() => waitsForNetwork() && again(), ms);
});

function waitsForNetwork() {
  return document.querySelector("#thread .outgo:is(.planned, .armed, .unknown)");
}

// What the other side of an error looks like outside the reply box.
for (const kind of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.closest?.(".reply")) return;
    const say = kind === "htmx:sendError" ? words.lost : words.failed;
    if (event.detail.requestConfig?.verb !== "get") {
      document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say } }));
    }
  });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 422 || event.target.closest?.(".reply")) return;
  event.detail.shouldSwap = false;
  const told = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").body;
  document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: told.textContent.trim() } }));
});

// The open thread: drawn again in place, with scroll, focus, opened veils and menus as they were --------

let ownChange = false;
let againTimer = 0;

async function again({ own = false } = {}) {
  const thread = document.getElementById("thread");
  if (!thread) return;
  const number = openNumber();
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 48;
  const top = thread.scrollTop;
  const veils = [...thread.querySelectorAll(".post:has(.veil[open])")].map((post) => post.id);
  const inside = thread.contains(document.activeElement) && document.activeElement !== thread;
  const article = inside ? document.activeElement.closest("article")?.id : null;
  ownChange = own;
  await htmx.ajax("GET", thread.dataset.from, { source: thread, target: thread, swap: "innerHTML" });
  if (openNumber() !== number) return;
  for (const id of veils) document.getElementById(id)?.querySelector(".veil")?.setAttribute("open", "");
  thread.scrollTop = atEnd ? thread.scrollHeight : top;
  const isKept = thread.contains(document.activeElement); // by what was open in it
  if (article && !isKept) (document.getElementById(article)?.querySelector("a, button, summary") ?? thread).focus({ preventScroll: true });
  nowAnswers();
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id !== "actions") return;
  if (!ownChange && (target.querySelector("details[open]") || target.contains(document.activeElement))) {
    event.detail.shouldSwap = false;
  } else if (target.contains(document.activeElement)) {
    document.getElementById("case-name").focus({ preventScroll: true });
  }
});

function nowAnswers() {
  const asked = document.getElementById("asked");
  const field = document.getElementById("reply-answers");
  if (!asked || !field || field.value === asked.dataset.order) return;
  field.value = asked.dataset.order;
  const hint = document.getElementById("answers-newest");
  hint.hidden = !document.getElementById("reply-text").value.trim();
  hint.textContent = words.answers.replace("{name}", asked.dataset.name);
}

// Live --------------------------------------------------------------------------------------------

let pulseTimer = 0;

function soon() {
  clearTimeout(pulseTimer);
  pulseTimer = setTimeout(pulse, 400);
}

async function pulse() {
  const asked = list();
  const query = new URLSearchParams({ view: asked.dataset.view, since: asked.dataset.cursor, open: openNumber() });
  if (asked.dataset.only) query.append(...asked.dataset.only.split("="));
  let told;
  try {
    const answer = await fetch(`/inbox/pulse?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    told = await answer.json();
  } catch {
    return; // the live line tells; the next pulse asks from the same cursor
  }
  if (list() !== asked) return;
  asked.dataset.cursor = told.cursor;
  heads = inPlace(document.getElementById("head"), told.head, heads);
  troubles = inPlace(document.getElementById("troubles"), told.troubles, troubles);
  const bar = document.getElementById("bar-count");
  bar.textContent = told.waiting || "";
  keepTitle();
  for (const [number, html] of Object.entries(told.rows)) redraw(number, html);
  for (const number of told.left) leave(String(number));
  showNew();
}

function inPlace(element, html, before) {
  if (html === before || element.querySelector("details[open]")) return before;
  const focused = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  element.innerHTML = html;
  if (focused) element.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return html;
}

function redraw(number, html) {
  const made = new DOMParser().parseFromString(html, "text/html").querySelector("li");
  const row = document.getElementById(`row-${number}`);
  if (!row) {
    fresh.set(number, made.querySelector(".name").textContent);
    return;
  }
  const focused = row.contains(document.activeElement);
  row.replaceWith(made);
  htmx.process(made);
  if (number === openNumber()) made.querySelector(".row").setAttribute("aria-current", "true");
  if (focused) made.querySelector(".row").focus({ preventScroll: true });
}

function leave(number) {
  fresh.delete(number);
  const row = document.getElementById(`row-${number}`);
  if (!row || row.classList.contains("left")) return;
  row.classList.add("left");
  const tag = document.createElement("span");
  tag.className = "tag";
  tag.textContent = words.left;
  row.querySelector(".meta").append(tag);
}

function showNew() {
  const bar = document.getElementById("new");
  const count = fresh.size;
  bar.hidden = count === 0;
  if (!count) return;
  bar.textContent = count === 1 ? words.newOne : words.newMany.replace("{n}", count);
  const unheard = [...fresh].filter(([number]) => !toldOnce.has(number));
  for (const [number] of unheard) toldOnce.add(number);
  const place = document.getElementById("told");
  if (unheard.length) place.textContent = words.told.replace("{name}", unheard.map(([, name]) => name).join(", "));
}

document.addEventListener("click", async (event) => {
  if (event.target.id !== "new") return;
  const only = list().dataset.only ? `${list().dataset.only}&` : "";
  const path = (list().dataset.view === "waiting" ? "/?" : `/?view=${list().dataset.view}&`) + only;
  await htmx.ajax("GET", `${path}open=${openNumber()}`, { source: "#queue", target: "#queue", swap: "innerHTML" });
  fresh.clear();
  heads = document.getElementById("head").innerHTML;
  document.getElementById("queue").scrollTop = 0;
  rows()[0]?.focus({ preventScroll: true });
});

document.addEventListener("resonanz:told", (event) => {
  const told = event.detail;
  if (String(told.conversation) === openNumber()) {
    clearTimeout(againTimer);
    againTimer = setTimeout(again, 300);
  }
  soon();
});
document.addEventListener("resonanz:again", () => again());
document.addEventListener("resonanz:caught-up", () => {
  soon();
  again();
});
document.addEventListener("resonanz:live", (event) => {
  broken = event.detail.broken;
  const line = document.getElementById("live-broken");
  line.hidden = !broken;
  line.querySelector("span").textContent = words.broken;
});

setInterval(() => broken && (pulse(), waitsForNetwork() && again()), 15000);
setInterval(() => document.visibilityState === "visible" && pulse(), 60000);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());

// Who else is here --------------------------------------------------------------------------------

document.addEventListener("resonanz:presence", (event) => {
  if (String(event.detail.conversation) !== openNumber()) return;
  const others = event.detail.people.filter((person) => person.id !== me);
  const typing = others.filter((person) => person.typing);
  const line = document.getElementById("presence");
  const pattern = typing.length ? words.types : others.length === 1 ? words.looks : words.look;
  line.hidden = others.length === 0;
  const names = (typing.length ? typing : others).map((person) => person.name).join(", ");
  line.querySelector("span").textContent = others.length ? pattern.replace("{names}", names) : "";
});

// Seconds for taking a reply back -----------------------------------------------------------------

setInterval(() => {
  for (const element of document.querySelectorAll(".seconds[data-until]")) {
    const left = Math.ceil((Date.parse(element.dataset.until) - Date.now()) / 1000);
    element.textContent = left > 0 ? `${left} s` : "";
    if (left <= 0) element.closest("form").hidden = true;
  }
}, 1000);

markOpen();
