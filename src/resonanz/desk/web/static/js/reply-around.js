// Around the reply box: what the guards say while somebody types, who reads it, what changed in the thread
// meanwhile, files, the invitation to go on in private, and the favourite.

const words = document.getElementById("words").dataset;
const csrf = document.querySelector('meta[name="csrf"]').content;
const CHECK_MS = 400;
const SEEN_MS = 4000; // so long a change stands in view before it counts as read
let timer = 0;
let asking = null;

const box = () => document.getElementById("reply");
const area = () => document.getElementById("reply-text");
const field = (name) => document.getElementById(`reply-${name}`);
const thread = () => document.getElementById("thread");

function written() {
  document.dispatchEvent(new CustomEvent("resonanz:written", { detail: {} }));
}

// Guards ------------------------------------------------------------------------------------------

function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_MS);
}

async function check() {
  const form = box();
  if (!form) return;
  asking?.abort();
  asking = new AbortController();
  const body = new URLSearchParams({ text: area().value });
  for (const [name, id] of [["answers", "answers"], ["audience", "audience"], ["form", "form"], ["seen", "seen"], ["in_parts", "parts"], ["saved", "saved"]]) {
    body.set(name, field(id).value);
  }
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body, headers: { "X-CSRFToken": csrf }, signal: asking.signal });
    if (answer.ok && !answer.redirected && box() === form) show(await answer.text());
  } catch {
    return; // a newer question is on its way, or the live line tells that the desk is gone
  }
}

let said = "";
function show(html) {
  if (html.trim() === said) return; // nothing moves, and nothing is read out twice
  said = html.trim();
  document.getElementById("strip").innerHTML = said;
}

document.addEventListener("input", (event) => event.target.id === "reply-text" && checkSoon());
document.addEventListener("resonanz:written", checkSoon);

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-from][data-to]"); // the thread has an address of that name
  if (!place) return;
  const signs = [...area().value];
  const at = (count) => signs.slice(0, Number(count)).join("").length; // the server counts code points
  area().focus();
  area().setSelectionRange(at(place.dataset.from), at(place.dataset.to));
});

// Who reads it: private by itself, public for one answer only when somebody says so --------------------

function openAudience() {
  const made = document.getElementById("open-audience");
  const place = document.getElementById("audience");
  if (!made) return;
  place.querySelector("p.audience:not(.once)").hidden = true;
  place.querySelector("p.audience.once")?.remove();
  const line = made.content.firstElementChild.cloneNode(true);
  line.classList.add("once");
  place.prepend(line);
  document.dispatchEvent(new CustomEvent("resonanz:audience", { detail: {} }));
}

function closeAudience() {
  const place = document.getElementById("audience");
  place.querySelector("p.audience.once")?.remove();
  place.querySelector("p.audience").hidden = false;
  field("audience").value = "";
  document.dispatchEvent(new CustomEvent("resonanz:audience", { detail: {} }));
}

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-open-audience]");
  if (opens) {
    field("audience").value = opens.dataset.openAudience;
    openAudience();
  }
  if (event.target.closest("[data-close-audience]")) closeAudience();
  if (opens || event.target.closest("[data-close-audience]")) {
    area().focus();
    checkSoon();
  }
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.target.id === "audience" && box() && field("audience").value) openAudience();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "thread" || !box() || !field("audience").value) return;
  const asked = document.getElementById("asked")?.dataset.order;
  if (asked !== field("answers").value) closeAudience(); // another post: nobody has chosen that for it
});

// What changed in the thread while somebody wrote ------------------------------------------------------

let shown = new Map();
let seenTimer = 0;

function posts() {
  return [...(thread()?.querySelectorAll("article.post") ?? [])];
}

function standing() {
  return new Map(posts().map((post) => [post.id, (post.querySelector(".words, .gone") ?? post).textContent]));
}

function isFresh(post, before) {
  if (post.classList.contains("outgo")) return false;
  const now = (post.querySelector(".words, .gone") ?? post).textContent;
  if (post.classList.contains("ours") && [...before.values()].some((text) => now.startsWith(text))) return false;
  return before.get(post.id) !== now;
}

function mark(post) {
  if (post.querySelector(".fresh")) return;
  const tag = document.createElement("span");
  tag.className = "tag soon fresh";
  tag.textContent = words.isNew;
  post.querySelector(".who").append(" ", tag);
}

const fresh = new Set();

function lookAtThread() {
  const before = shown;
  shown = standing();
  for (const post of posts()) if (isFresh(post, before)) fresh.add(post.id);
  for (const id of fresh) {
    const post = document.getElementById(id);
    if (post) mark(post);
    else fresh.delete(id);
  }
  seenSoon();
}

function seenSoon() {
  clearTimeout(seenTimer);
  if (fresh.size) seenTimer = setTimeout(nowSeen, SEEN_MS);
  else nowSeen();
}

function nowSeen() {
  const told = document.getElementById("seen");
  if (!told || !box()) return;
  const inView = [...fresh].every((id) => isInView(document.getElementById(id)));
  if (document.visibilityState !== "visible" || !inView) return; // looked at again on scroll and return
  fresh.clear();
  if (BigInt(told.dataset.event) > BigInt(field("seen").value || 0)) field("seen").value = told.dataset.event;
}

function isInView(post) {
  if (!post) return true;
  const [place, frame] = [post.getBoundingClientRect(), thread().getBoundingClientRect()];
  return place.bottom > frame.top && place.top < frame.bottom;
}

document.addEventListener("htmx:afterSettle", (event) => event.target.id === "thread" && lookAtThread());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && fresh.size && seenSoon());
document.addEventListener("scroll", (event) => event.target === thread() && fresh.size && seenSoon(), true);

// A reply was stopped: bring the reason into view, and what happened in the thread.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "reply-error") return;
  event.target.scrollIntoView({ block: "nearest" });
  if (!event.target.querySelector("[data-look-again]")) return;
  const conversation = Number(document.getElementById("case").dataset.number);
  document.dispatchEvent(new CustomEvent("resonanz:told", { detail: { conversation } }));
});

// Files -------------------------------------------------------------------------------------------

async function bring(files) {
  const form = box();
  if (!form?.dataset.attach || !files.length) return;
  const body = new FormData();
  for (const file of files) body.append("file", file, file.name || "picture.png");
  const place = document.getElementById("files");
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.attach, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
    if (answer.redirected) document.dispatchEvent(new CustomEvent("resonanz:signed-out", { detail: {} }));
    else if (box() === form) draw(answer.ok ? await answer.text() : null);
  } catch {
    draw(null);
  }
  place.removeAttribute("aria-busy");
}

function draw(html) {
  if (html === null) {
    document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: words.failed } }));
    return;
  }
  const place = document.getElementById("files");
  place.innerHTML = html;
  htmx.process(place);
  place.querySelector("li:last-child input")?.focus();
  checkSoon();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#choose-files")) document.getElementById("file-chooser").click();
});
document.addEventListener("change", (event) => {
  if (event.target.id === "file-chooser") {
    bring(event.target.files);
    event.target.value = "";
  }
  if (event.target.closest?.("#files")) setTimeout(checkSoon, 300);
});
document.addEventListener("paste", (event) => {
  if (!event.target.closest?.("#reply") || !event.clipboardData.files.length) return;
  event.preventDefault();
  bring(event.clipboardData.files);
});
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.target.closest?.("#reply") || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (kind === "drop") bring(event.dataTransfer.files);
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.closest?.("#files input") || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // it describes a picture; it does not send
  area().focus();
});
document.addEventListener("resonanz:files", () => {
  htmx.ajax("GET", box().dataset.files, { source: "#files", target: "#files", swap: "innerHTML" });
});

// To private, and the favourite -----------------------------------------------------------------------

let invitation = null;

function invite(told) {
  invitation = { ...told, asks: false };
  const before = area().value.trim();
  if (before && before !== told.text) {
    document.dispatchEvent(new CustomEvent("resonanz:aside", { detail: { text: before } }));
  }
  if (document.querySelector("#audience .once")) closeAudience(); // what is shown and what is sent stay the same
  field("audience").value = told.audience ?? "";
  area().value = told.text;
  const line = document.getElementById("exposed");
  line.hidden = !told.delete;
  line.querySelector("span").textContent = told.exposed ?? "";
  written();
  area().focus();
}

function askDelete(button) {
  const now = invitation.asks ? invitation.delete : invitation.text;
  const then = invitation.asks ? invitation.text : invitation.delete;
  area().value = area().value.includes(now) ? area().value.replace(now, () => then) : then;
  invitation.asks = !invitation.asks;
  button.textContent = invitation.asks ? words.deleteNot : words.deleteToo;
  written();
  area().focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask-delete]");
  if (button && invitation) askDelete(button);
});
document.addEventListener("resonanz:done", (event) => {
  const told = event.detail;
  if (!box()) return;
  if (told.invite) invite(told.invite);
  if (told.uninvite) {
    if (invitation && [invitation.text, invitation.delete].includes(area().value)) {
      area().value = document.getElementById("aside").hidden ? "" : document.getElementById("aside").dataset.text;
      document.querySelector("[data-drop-aside]").click();
      written();
    }
    document.getElementById("exposed").hidden = true;
    field("audience").value = "";
  }
  if (told.sent) {
    said = "";
    if (document.querySelector("#audience .once")) closeAudience();
  }
});
document.addEventListener("resonanz:key", (event) => {
  const button = { d: "#invite", f: '#thread [data-key="f"]' }[event.detail.key];
  const found = button && document.querySelector(button);
  if (!found) return;
  event.preventDefault();
  found.click();
});

// A conversation came onto the page -----------------------------------------------------------------

function begin() {
  said = "";
  fresh.clear();
  invitation = null;
  shown = standing();
  if (box() && (area().value.trim() || document.querySelector("#files li"))) checkSoon();
}

document.addEventListener("htmx:afterSettle", (event) => event.target.id === "open" && begin());
begin();
