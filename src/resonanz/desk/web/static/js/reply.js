// The reply box: counts like the network, keeps every word on the server while somebody types, sends by
// keyboard, and switches to a note for colleagues.

const words = document.getElementById("words").dataset;
const csrf = document.querySelector('meta[name="csrf"]').content;
const KEEP_MS = 800;
let timer = 0;
let dirty = false;
let rules = null;

const box = () => document.getElementById("reply");
const area = () => document.getElementById("reply-text");

// Counting (the rules come with the page, from resonanz.compose) ----------------------------------

function readRules() {
  const told = document.getElementById("counting");
  rules = told && JSON.parse(told.textContent);
  if (rules) rules.expression = new RegExp(rules.pattern, "giu");
}

function whole(text) {
  let signed = text.trim();
  if (rules.initials) signed = `${signed.replace(/(?:^|\s+)\^\p{L}{1,4}$/u, "").trimEnd()} ^${rules.initials}`;
  return signed.toLowerCase().includes(rules.handle.toLowerCase()) ? signed : `${rules.handle} ${signed}`;
}

function length(text) {
  const counted = text.replaceAll("\r\n", "\n").normalize(rules.form).replace(rules.expression, (...match) => {
    const groups = match.at(-1);
    if (groups.url !== undefined) return rules.url_length === null ? match[0] : "x".repeat(rules.url_length);
    return rules.short_handles ? groups.handle : match[0];
  });
  if (rules.unit === "characters") return [...counted].length;
  return [...new Intl.Segmenter().segment(counted)].length;
}

function count() {
  const shown = document.getElementById("reply-length");
  if (!rules || !shown) return;
  const n = area().value.trim() ? length(whole(area().value)) : 0;
  const over = n - rules.length;
  const pattern = over > 0 ? words.over : words.of;
  shown.textContent = pattern.replace("{n}", n).replace("{limit}", rules.length).replace("{over}", over);
  shown.classList.toggle("over", over > 0);
  area().setAttribute("aria-invalid", String(over > 0));
}

// Keeping -----------------------------------------------------------------------------------------

function keep() {
  clearTimeout(timer);
  if (!dirty || !box()) return;
  dirty = false;
  const body = new URLSearchParams({ text: area().value });
  fetch(box().dataset.keep, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": csrf, "HX-Request": "true" } })
    .then((answer) => { dirty ||= !answer.ok; })
    .catch(() => { dirty = true; });
}

function typed() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(keep, KEEP_MS);
  count();
}

function noteName() {
  return `resonanz-note-${document.getElementById("case").dataset.number}`;
}

document.addEventListener("input", (event) => {
  if (event.target.id === "reply-text") typed();
  if (event.target.id === "note-text") sessionStorage.setItem(noteName(), event.target.value);
});
document.addEventListener("focusout", (event) => event.target.id === "reply-text" && keep());
document.addEventListener("htmx:beforeSwap", (event) => event.target.id === "open" && keep());
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());

// Sending -----------------------------------------------------------------------------------------

function say(form, text) {
  const place = form.querySelector(".refused");
  const line = document.createElement("p");
  line.className = "notice wrong small";
  line.textContent = text;
  place.replaceChildren(line);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("#reply, #note");
  if (!form) return;
  event.preventDefault();
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
  form.querySelector(".refused").replaceChildren();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.(".reply");
  if (form) delete form.dataset.busy;
});
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest?.(".reply");
  if (form) say(form, words.lost);
});
document.addEventListener("htmx:responseError", (event) => {
  const form = event.target.closest?.(".reply");
  if (form) say(form, words.failed);
});

document.addEventListener("resonanz:done", (event) => {
  const told = event.detail;
  if (told.sent && box()) {
    clearTimeout(timer);
    dirty = false;
    area().value = "";
    document.getElementById("reply-once").value = crypto.randomUUID(); // the next answer is another one
    document.getElementById("reply-error").replaceChildren();
    count();
  }
  if (told.noted && document.getElementById("note")) {
    sessionStorage.removeItem(noteName());
    document.getElementById("note-text").value = "";
    if (box()) write("reply", { focus: false });
  }
});

// Reply or note -----------------------------------------------------------------------------------

function write(what, { focus = true } = {}) {
  const note = document.getElementById("note");
  const chosen = what === "note" ? note : box() ?? note;
  if (!chosen) return;
  for (const form of [box(), note]) if (form) form.hidden = form !== chosen;
  if (focus) chosen.querySelector("textarea").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-write]");
  if (button) write(button.dataset.write);
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
