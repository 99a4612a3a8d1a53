// The reply box: counts like the network, keeps every word while somebody types (on the server, and in this
// window where the server cannot be reached), sends by keyboard, and switches to a note for colleagues.
//
// What helps while writing is in reply-saved.js (finding texts) and reply-around.js (guards, files, private).
// The three meet in the form's fields and in events:
//   resonanz:written {}          the box's words were changed by a script
//   resonanz:aside {text}        words that were in the box and wait beside it now
//   resonanz:signed-out {}       the desk does not know us any more

const words = document.getElementById("words").dataset;
const csrf = document.querySelector('meta[name="csrf"]').content;
const KEEP_MS = 800;
const SHOWN_MOST = 80; // characters of waiting words
let timer = 0;
let dirty = false;
let version = 0;
let rules = null; // for those who read it by themselves; `opened` for everybody, where somebody says so

const box = () => document.getElementById("reply");
const area = () => document.getElementById("reply-text");
const field = (name) => document.getElementById(`reply-${name}`);
const number = () => document.getElementById("case").dataset.number;
const stored = (kind) => `resonanz-${kind}-${words.me}-${number()}`;

// Counting (the rules come with the page, from resonanz.compose) ----------------------------------

function readRules() {
  const told = document.getElementById("counting");
  rules = told && JSON.parse(told.textContent);
  if (!rules) return;
  prepare(rules);
  if (rules.opened) prepare(rules.opened).initials = rules.initials;
}

function prepare(some) {
  some.expression = new RegExp(some.pattern, "giu");
  if (some.unit === "weighted") {
    some.pictures = new RegExp(some.emoji, "gu");
    some.lightly = new RegExp(some.light, "u");
  }
  return some;
}

function inForce() {
  return rules.opened && field("audience").value ? rules.opened : rules;
}

function whole(text, { handle, initials }) {
  let signed = text.trim();
  if (initials) signed = `${signed.replace(/(?:^|\s+)\^\p{L}{1,4}$/u, "").trimEnd()} ^${initials}`;
  return signed.toLowerCase().includes(handle.toLowerCase()) ? signed : `${handle} ${signed}`;
}

function weight(text, by) {
  let drawn = 0;
  const rest = text.replace(by.pictures, () => { drawn += 1; return ""; });
  let sum = drawn * by.heavy;
  for (const sign of rest) sum += by.lightly.test(sign) ? 1 : by.heavy;
  return sum;
}

function composed(text, by) {
  const tidy = text.replaceAll("\r\n", "\n").normalize(by.form);
  const begins = by.free_mentions && by.handle && tidy.toLowerCase().startsWith(`${by.handle.toLowerCase()} `);
  return begins ? tidy.slice(by.handle.length).trimStart() : tidy;
}

function length(text, by) {
  const shown = composed(text, by).replace(by.expression, (...match) => {
    const groups = match.at(-1);
    if (groups.url !== undefined) return by.url_length === null ? match[0] : "x".repeat(by.url_length);
    return by.short_handles ? groups.handle : match[0];
  });
  if (by.unit === "weighted") return weight(shown, by);
  if (by.unit === "characters") return [...shown].length;
  return [...new Intl.Segmenter().segment(shown)].length;
}

function counted(text, by) {
  if (!text.trim()) return { n: 0, limit: by.length };
  const bytes = new TextEncoder().encode(composed(whole(text, by), by)).length;
  if (by.bytes_length !== null && bytes > by.bytes_length) return { n: bytes, limit: by.bytes_length };
  return { n: length(whole(text, by), by), limit: by.length };
}

function count() {
  const shown = document.getElementById("reply-length");
  if (!rules || !shown) return;
  const { n, limit } = counted(area().value, inForce());
  const over = n - limit;
  if (over <= 0) field("parts").value = "";
  const tooLong = over > 0 && !field("parts").value;
  const pattern = tooLong ? words.over : words.of;
  shown.textContent = pattern.replace("{n}", n).replace("{limit}", limit).replace("{over}", over);
  shown.classList.toggle("over", tooLong);
  area().setAttribute("aria-invalid", String(tooLong));
}

// Keeping -----------------------------------------------------------------------------------------

function remember() {
  try {
    if (area().value.trim()) sessionStorage.setItem(stored("reply"), area().value);
    else sessionStorage.removeItem(stored("reply"));
  } catch {
    // a window without storage still keeps on the server
  }
}

async function keep() {
  clearTimeout(timer);
  const form = box();
  if (!dirty || !form) return;
  dirty = false;
  const [text, name] = [area().value, stored("reply")];
  const body = new URLSearchParams({ text, known: version, saved: field("saved").value, incident: field("incident").value });
  const how = { method: "POST", body, keepalive: text.length < 15000, headers: { "X-CSRFToken": csrf, "HX-Request": "true" } };
  let told = null;
  try {
    const answer = await fetch(form.dataset.keep, how);
    if (answer.redirected) document.dispatchEvent(new CustomEvent("resonanz:signed-out", { detail: {} }));
    else if (answer.ok) told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}")["resonanz:done"] ?? {};
  } catch {
    told = null; // the live line tells that the desk cannot be reached
  }
  if (told && sessionStorage.getItem(name) === text) sessionStorage.removeItem(name);
  if (box() !== form) return;
  if (!told) {
    dirty = true;
    timer = setTimeout(keep, 5000);
    return;
  }
  version = told.kept;
  if (told.aside) putAside(told.aside, words.aside);
}

function typed() {
  dirty = true;
  const told = document.getElementById("reply-error");
  if (told.querySelector('[name="despite"]')) told.classList.add("answered"); // the strip speaks on
  else if (!told.querySelector("a")) told.replaceChildren();
  clearTimeout(timer);
  timer = setTimeout(keep, KEEP_MS);
  remember();
  count();
}

// Words that wait beside the box: written in another tab, or before an invitation took their place.

function putAside(text, pattern) {
  const line = document.getElementById("aside");
  const short = text.length > SHOWN_MOST ? `${text.slice(0, SHOWN_MOST)}…` : text;
  line.querySelector("span").textContent = pattern.replace("{text}", short);
  line.dataset.text = text;
  line.hidden = false;
  sessionStorage.setItem(stored("aside"), text);
}

function dropAside() {
  document.getElementById("aside").hidden = true;
  sessionStorage.removeItem(stored("aside"));
}

function noteName() {
  return `resonanz-note-${number()}`;
}

document.addEventListener("input", (event) => {
  if (event.target.id === "reply-text") typed();
  if (event.target.id === "note-text") sessionStorage.setItem(noteName(), event.target.value);
});
document.addEventListener("resonanz:written", typed);
document.addEventListener("resonanz:audience", () => count());
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.target.id !== "audience" || !box()) return;
  readRules(); // an answer in private may be longer or shorter than one in public
  count();
});
document.addEventListener("resonanz:aside", (event) => putAside(event.detail.text, words.putAside));
document.addEventListener("focusout", (event) => event.target.id === "reply-text" && keep());
document.addEventListener("htmx:beforeSwap", (event) => event.target.id === "open" && keep());
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());

document.addEventListener("paste", (event) => {
  if (event.target.id !== "reply-text") return;
  const text = event.clipboardData.getData("text/plain");
  if (text.length <= Number(box().dataset.pasteMost)) return;
  event.preventDefault();
  const n = text.length.toLocaleString(document.documentElement.lang);
  say(box(), words.tooMuch.replace("{n}", n));
});

// Sending -----------------------------------------------------------------------------------------

function say(form, text, link = null) {
  const line = document.createElement("p");
  line.className = "notice wrong small";
  line.append(text);
  if (link) line.append(" ", link);
  form.querySelector(".refused").replaceChildren(line);
}

function signedOut() {
  const link = document.createElement("a");
  const here = location.pathname + location.search;
  link.href = `/login/?next=${encodeURIComponent(here)}`;
  link.textContent = words.signIn;
  if (!box()) {
    location.assign(link.href);
    return;
  }
  remember();
  dirty = false; // the words stand in this window's memory and come back after signing in
  say(box(), words.signedOut, link);
}

document.addEventListener("resonanz:signed-out", signedOut);
document.addEventListener("htmx:beforeSwap", (event) => {
  const from = event.detail.xhr.responseURL;
  if (!from || !new URL(from).pathname.startsWith("/login/")) return;
  event.detail.shouldSwap = false;
  event.stopImmediatePropagation();
  signedOut();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("#reply, #note, #recorded");
  if (!form) return;
  event.preventDefault();
  if (event.repeat) return; // a key held down is one press: the next one would answer what the first one asked
  const how = event.shiftKey ? "resolve" : "next";
  const button = form.querySelector(`button[name="then"][value="${how}"]`) ?? form.querySelector(".send .button");
  button.click(); // htmx sends the value of the button that was pressed
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.(".reply");
  if (!form || event.detail.elt !== form) return;
  if (form.dataset.busy) {
    event.preventDefault(); // one press, one answer
    return;
  }
  form.dataset.busy = "yes";
  clearTimeout(timer);
  form.querySelector(".refused").classList.remove("answered");
  form.querySelector(".refused").replaceChildren();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.(".reply");
  if (form && event.detail.elt === form) delete form.dataset.busy;
});
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest?.(".reply");
  if (form) say(form, words.lost);
});
document.addEventListener("htmx:responseError", (event) => {
  const form = event.target.closest?.(".reply");
  if (form) say(form, words.failed);
});

function emptied(told) {
  clearTimeout(timer);
  dirty = false;
  area().value = "";
  sessionStorage.removeItem(stored("reply"));
  field("once").value = crypto.randomUUID(); // the next answer is another one
  if (told.seen) field("seen").value = told.seen;
  for (const name of ["audience", "saved", "parts", "incident"]) field(name).value = "";
  for (const mark of document.querySelectorAll("#labels input")) mark.checked = false; // each answer has its own
  for (const id of ["reply-error", "files", "strip"]) document.getElementById(id).replaceChildren();
  for (const id of ["for-us", "exposed"]) document.getElementById(id).hidden = true;
  count();
}

document.addEventListener("resonanz:done", (event) => {
  const told = event.detail;
  if (told.sent && box()) emptied(told);
  if (told.noted && document.getElementById("note")) {
    sessionStorage.removeItem(noteName());
    document.getElementById("note-text").value = "";
    if (box()) write("reply", { focus: false });
  }
});

// Reply or note -----------------------------------------------------------------------------------

function write(what, { focus = true } = {}) {
  const note = document.getElementById("note");
  const answer = box() ?? document.getElementById("recorded"); // where nothing can be sent
  const chosen = what === "note" ? note : answer ?? note;
  if (!chosen) return;
  for (const form of [answer, note]) if (form) form.hidden = form !== chosen;
  if (focus) chosen.querySelector("textarea").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-write]");
  if (button) write(button.dataset.write);
  if (event.target.closest("[data-in-parts]")) {
    field("parts").value = field("parts").value ? "" : "1";
    event.target.closest("[data-in-parts]").setAttribute("aria-pressed", String(Boolean(field("parts").value)));
    count();
  }
  if (event.target.closest("[data-take-aside]")) {
    const text = document.getElementById("aside").dataset.text;
    area().value = area().value.trim() ? `${area().value.trimEnd()}\n\n${text}` : text;
    dropAside();
    typed();
    area().focus();
  }
  if (event.target.closest("[data-drop-aside]")) dropAside();
});
document.addEventListener("resonanz:key", (event) => {
  const what = { r: "reply", n: "note" }[event.detail.key];
  if (!what || !document.getElementById("case")) return;
  write(what);
  event.preventDefault();
});

// A conversation came onto the page -----------------------------------------------------------------

function begin() {
  dirty = false;
  readRules();
  if (box()) {
    version = Number(box().dataset.version);
    const left = sessionStorage.getItem(stored("reply"));
    if (left && left !== area().value) {
      area().value = left; // words that did not reach the server
      typed();
    }
    const waits = sessionStorage.getItem(stored("aside"));
    if (waits) putAside(waits, words.putAside);
    area().setSelectionRange(area().value.length, area().value.length);
    count();
  }
  const note = document.getElementById("note-text");
  if (note) {
    note.value = sessionStorage.getItem(noteName()) ?? "";
    if (note.value && !area()?.value) write("note", { focus: false });
  }
}

document.addEventListener("htmx:afterSettle", (event) => event.target.id === "open" && begin());
begin();
