// Streams: columns that fill live. Fresh posts wait behind a pill; a column that stands at its top and that
// nobody touches takes them in by itself. Posts far from what is seen are taken out of the page and put back.
//
// With streams-arrange.js it meets through events: resonanz:column-drawn {column}, resonanz:columns-left,
// resonanz:columns-changed (by somebody else).

const words = document.getElementById("words").dataset;
const board = document.getElementById("columns");
const tab = Number(board.dataset.tab);
const page = `columns-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
const SAY_EVERY_MS = 30000;
const FILL_EVERY_MS = 700;
const PULSE_MS = 5000;
const PULSE_STORM_MS = 30000;
const PULSE_CALM = 10; // messages between two pulses; more are a storm
const FRESH_MOST = 60; // beyond, the newest page is fetched instead of each post
const READ_AGAIN_MS = [1500, 5000]; // a post that has just come is noted within a second or so
const CHUNKS_MOST = 14; // of a column that stands at its top
const PAGES_BACK = 20; // that are fetched to come back to a post
const NEAR = "2500px 0px";
let known = Number(board.dataset.known);

const columns = () => [...board.querySelectorAll(".column")];
const states = new WeakMap();
const chunks = new WeakMap(); // chunks out of the page: their cards

function state(column) {
  if (!states.has(column)) states.set(column, { fresh: new Set(), timer: 0, filled: 0, stale: false, pulsed: 0, pulsing: 0, unpulsed: 0, busy: false });
  return states.get(column);
}

const list = (column) => column.querySelector(".posts");
const title = (column) => column.querySelector("h2").textContent;
const newer = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0); // orders exceed numbers

function toast(say, undo) {
  document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say, undo } }));
}

function announce(text) {
  document.getElementById("told").textContent = text;
}

async function ask(url, how = {}) {
  try {
    const answer = await fetch(url, { ...how, headers: { Accept: "text/html", ...how.headers } });
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/login")) location.reload();
    return answer;
  } catch {
    return null;
  }
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// Saying what is shown -------------------------------------------------------------------------------

function say({ since } = {}) {
  const numbers = columns().map((column) => Number(column.dataset.number));
  fetch("/live/columns", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ page, tab, columns: numbers, since }),
  }).catch(() => {}); // the stream tells that the desk cannot be reached
}

setInterval(say, SAY_EVERY_MS);
document.addEventListener("resonanz:caught-up", () => say({ since: known }));
addEventListener("pagehide", () => {
  const gone = JSON.stringify({ page, tab, columns: [] });
  navigator.sendBeacon("/live/columns", new Blob([gone], { type: "application/json" }));
});
say({ since: known });

// Hearing --------------------------------------------------------------------------------------------

document.addEventListener("resonanz:columns", ({ detail }) => {
  known = Math.max(known, detail.id);
  if (detail.reload) for (const column of columns()) missed(column);
  if (detail.changed === tab) document.dispatchEvent(new CustomEvent("resonanz:columns-changed"));
  for (const order of detail.gone ?? []) markGone(order);
  for (const [order, count] of Object.entries(detail.reposts ?? {})) passOn(order, count);
  for (const column of columns()) {
    const orders = detail.columns[column.dataset.number];
    if (orders) hear(column, orders);
  }
});

function missed(column) {
  state(column).stale = true;
  settle(column);
}

function cardsOf(column) {
  return [...list(column).querySelectorAll(".chunk")].flatMap((chunk) => [...(chunks.get(chunk) ?? chunk).children]);
}

function cardFor(column, order) {
  for (const chunk of list(column).querySelectorAll(".chunk")) {
    const card = (chunks.get(chunk) ?? chunk).querySelector(`[data-order="${CSS.escape(order)}"]`);
    if (card) return card;
  }
  return null;
}

function hear(column, orders) {
  const held = state(column);
  const again = [];
  for (const order of orders) {
    if (cardFor(column, order)) again.push(order);
    else if (reaches(column, order)) held.fresh.add(order);
  }
  if (again.length) redraw(column, again);
  held.stale ||= orders.length >= 100;
  if (held.fresh.size || held.stale) settle(column);
  soonPulse(column);
}

// Whether a post belongs among those that are here; older ones come with the next page.
function reaches(column, order) {
  if (!list(column).querySelector(".more")) return true;
  const cards = cardsOf(column);
  return !cards.length || newer(order, cards.at(-1).dataset.order) > 0;
}

function isFree(column) {
  return (
    !("held" in column.dataset) && document.visibilityState === "visible" && list(column).scrollTop < 4 &&
    !column.matches(":hover") && !column.contains(document.activeElement)
  );
}

// Shows the pill, or lets the posts in where nobody reads; at most so often.
function settle(column) {
  const held = state(column);
  if (held.timer) return;
  const wait = Math.max(0, held.filled + FILL_EVERY_MS - performance.now());
  held.timer = setTimeout(() => {
    held.timer = 0;
    if (!column.isConnected || !(held.fresh.size || held.stale)) return;
    held.filled = performance.now();
    if (isFree(column)) fill(column);
    else pill(column);
  }, Math.max(wait, 60));
}

function pill(column) {
  const { fresh, stale } = state(column);
  const button = column.querySelector(".fresh");
  const many = stale || fresh.size > FRESH_MOST;
  const text = many ? words.freshMost.replace("{n}", FRESH_MOST) : fresh.size === 1 ? words.freshOne : words.freshMany.replace("{n}", fresh.size);
  if (button.textContent !== text) button.textContent = text;
  if (!button.hidden) return;
  button.hidden = false;
  announce(words.told.replace("{n}", many ? `${FRESH_MOST}+` : fresh.size).replace("{name}", title(column)));
}

async function fill(column, { asked = false } = {}) {
  const held = state(column);
  const orders = [...held.fresh];
  const whole = held.stale || orders.length > FRESH_MOST;
  const answer = await ask(whole ? `/streams/column/${column.dataset.number}/` : `/streams/posts/?tab=${tab}&orders=${orders.join(",")}`);
  if (!answer?.ok) return asked ? toast(words.lost) : undefined;
  const drawn = parsed(await answer.text());
  for (const order of orders) held.fresh.delete(order);
  held.stale = false;
  column.querySelector(".fresh").hidden = true;
  if (whole) anew(column, drawn);
  else if (isFree(column) || asked) putIn(column, [...drawn.querySelectorAll(".card")]);
  else return putBack(column, orders);
  if (!asked) return trim(column);
  list(column).scrollTop = 0;
  const first = cardFor(column, orders.at(-1) ?? "") ?? list(column).querySelector(".card");
  first?.focus({ preventScroll: true });
  return undefined;
}

// Somebody came back to the column while its posts were on their way.
function putBack(column, orders) {
  for (const order of orders) state(column).fresh.add(order);
  pill(column);
}

function anew(column, drawn) {
  const posts = list(column);
  for (const chunk of posts.querySelectorAll(".chunk")) watcher.unobserve(chunk);
  posts.replaceChildren(...drawn.querySelector(".posts").childNodes);
  watch(column);
}

function putIn(column, cards) {
  const posts = list(column);
  for (const card of cards) {
    if (cardFor(column, card.dataset.order)) continue;
    card.classList.add("fresh-one");
    const next = cardsOf(column).find((other) => newer(other.dataset.order, card.dataset.order) < 0);
    if (next) next.before(card);
    else lastChunk(posts).append(card);
  }
  split(posts);
  for (const wait of READ_AGAIN_MS) setTimeout(readAgain, wait, column);
}

// What is noted about fresh posts came a moment after them.
function readAgain(column) {
  const unread = cardsOf(column).filter((card) => "unread" in card.dataset).map((card) => card.dataset.order);
  if (column.isConnected && unread.length) redraw(column, unread.slice(0, FRESH_MOST));
}

function lastChunk(posts) {
  const all = posts.querySelectorAll(".chunk");
  if (all.length) return chunks.get(all[all.length - 1]) ?? all[all.length - 1];
  const chunk = document.createElement("div");
  chunk.className = "chunk";
  posts.prepend(chunk);
  watcher.observe(chunk);
  return chunk;
}

// Chunks stay of a size that can be taken out and put back in one go.
function split(posts) {
  const first = posts.querySelector(".chunk");
  if (!first || chunks.has(first) || first.children.length < 60) return;
  const above = document.createElement("div");
  above.className = "chunk";
  above.append(...[...first.children].slice(0, first.children.length - 30));
  first.before(above);
  watcher.observe(above);
}

function trim(column) {
  const posts = list(column);
  const all = [...posts.querySelectorAll(".chunk")];
  if (all.length <= CHUNKS_MOST || posts.scrollTop > 4) return;
  for (const chunk of all.slice(CHUNKS_MOST)) {
    watcher.unobserve(chunk);
    chunk.remove();
  }
  posts.querySelector(".more")?.remove();
  const last = cardsOf(column).at(-1).dataset.order;
  const more = document.createElement("p");
  more.className = "more";
  const link = document.createElement("a");
  link.href = `/streams/column/${column.dataset.number}/?before=${last}`;
  link.textContent = "…";
  more.append(link);
  posts.append(more);
  pager.observe(more);
}

async function redraw(column, orders) {
  const answer = await ask(`/streams/posts/?tab=${tab}&orders=${orders.join(",")}`);
  if (!answer?.ok) return;
  for (const card of parsed(await answer.text()).querySelectorAll(".card")) {
    const old = cardFor(column, card.dataset.order);
    if (!old) continue;
    const focused = old === document.activeElement;
    old.replaceWith(card);
    if (focused) card.focus({ preventScroll: true });
  }
}

function markGone(order) {
  for (const column of columns()) {
    state(column).fresh.delete(order);
    const card = cardFor(column, order);
    if (!card || card.classList.contains("gone")) continue;
    card.classList.add("gone");
    const line = document.createElement("p");
    line.className = "words";
    line.textContent = words.gone;
    card.style.minHeight = `${card.offsetHeight}px`; // nothing below moves
    card.querySelector(".card-body").replaceChildren(line);
    delete card.dataset.open;
    delete card.dataset.answer;
  }
}

// The desk says so once a second at most, however often a post is passed on.
function passOn(order, count) {
  const text = words.passedOn.replace("{n}", count.toLocaleString(document.documentElement.lang));
  for (const column of columns()) {
    const place = cardFor(column, order)?.querySelector(".passed-on");
    if (!place || (count && place.textContent === text)) continue;
    place.textContent = count ? text : "";
    place.hidden = !count;
  }
}

// A conversation stands otherwise now: its posts say so in place. What comes at once is asked for at once.
const STANDINGS = new Set(["sorted", "resolved", "reopened", "waits", "spoke"]);
const restood = new Set();
let standTimer = 0;

document.addEventListener("resonanz:told", ({ detail }) => {
  if (!detail.conversation || !STANDINGS.has(detail.kind)) return;
  restood.add(String(detail.conversation));
  standTimer ||= setTimeout(stand, FILL_EVERY_MS);
});

function stand() {
  standTimer = 0;
  for (const column of columns()) {
    const orders = cardsOf(column).filter((card) => restood.has(card.dataset.talk)).map((card) => card.dataset.order);
    if (orders.length) redraw(column, orders.slice(0, FRESH_MOST));
  }
  restood.clear();
}

board.addEventListener("click", (event) => {
  const button = event.target.closest(".fresh");
  if (button) fill(button.closest(".column"), { asked: true });
});
for (const kind of ["pointerleave", "focusout"]) {
  board.addEventListener(kind, (event) => waiting(event.target.closest?.(".column")), true);
}
board.addEventListener("scroll", (event) => event.target.scrollTop < 4 && waiting(event.target.closest?.(".column")), true);
document.addEventListener("visibilitychange", () => columns().forEach(waiting));

function waiting(column) {
  if (column && (state(column).fresh.size || state(column).stale)) settle(column);
}

// Pages, and what is far away ------------------------------------------------------------------------

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const away = chunks.get(target);
    if (isIntersecting && away) {
      chunks.delete(target);
      target.style.height = "";
      target.append(away);
    } else if (!isIntersecting && !away && target.isConnected && target.offsetHeight && !target.contains(document.activeElement)) {
      target.style.height = `${target.offsetHeight}px`;
      const held = document.createDocumentFragment();
      held.append(...target.childNodes);
      chunks.set(target, held);
    }
  }
}, { root: board, rootMargin: NEAR });

const pager = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) further(target);
}, { root: board, rootMargin: "900px 0px" });

async function further(more) {
  pager.unobserve(more);
  const answer = await ask(more.querySelector("a").href);
  if (!answer?.ok || !more.isConnected) return;
  const column = more.closest(".column");
  more.replaceWith(parsed(await answer.text()));
  watch(column);
}

board.addEventListener("click", (event) => {
  const more = event.target.closest(".more a");
  if (!more) return;
  event.preventDefault();
  further(more.parentElement);
});

function watch(column) {
  for (const chunk of column.querySelectorAll(".chunk")) watcher.observe(chunk);
  const more = column.querySelector(".more");
  if (more) pager.observe(more);
}

// Pulse ----------------------------------------------------------------------------------------------

async function pulse(column) {
  const place = column.querySelector(".pulse");
  const held = state(column);
  Object.assign(held, { pulsed: Date.now(), busy: held.unpulsed > PULSE_CALM, unpulsed: 0 });
  const answer = await ask(place.dataset.from);
  if (!answer?.ok) return;
  place.replaceChildren(parsed(await answer.text()));
  const lively = place.querySelector("p").textContent;
  const about = column.querySelector(".about");
  about.dataset.kind ??= about.textContent;
  about.textContent = [lively, about.dataset.kind].filter(Boolean).join(" · ");
  about.title = about.textContent;
}

// Soon after what came in, and again after the last of it; in a storm less often.
function soonPulse(column) {
  const held = state(column);
  held.unpulsed += 1;
  if (held.pulsing) return;
  const every = held.busy ? PULSE_STORM_MS : PULSE_MS;
  held.pulsing = setTimeout(() => {
    held.pulsing = 0;
    if (column.isConnected) pulse(column);
  }, Math.max(FILL_EVERY_MS, held.pulsed + every - Date.now()));
}

function begin(column) {
  watch(column);
  pulse(column);
}

columns().forEach(begin);
document.addEventListener("resonanz:column-drawn", ({ detail }) => {
  begin(detail.column);
  say();
});
document.addEventListener("resonanz:columns-left", () => say());
setInterval(() => {
  if (document.visibilityState === "visible") columns().forEach((column) => Date.now() - state(column).pulsed > 300000 && pulse(column));
}, 60000);

// Opening, and keys ----------------------------------------------------------------------------------

// Where somebody has left for a conversation, so that the way back leads there.
function remember(card) {
  const left = { tab, column: card.closest(".column").dataset.number, order: card.dataset.order };
  sessionStorage.setItem("resonanz-left", JSON.stringify(left));
}

async function comeBack() {
  if (location.hash !== "#back") return;
  history.replaceState(history.state, "", location.pathname);
  const left = JSON.parse(sessionStorage.getItem("resonanz-left") ?? "null");
  const column = left?.tab === tab && columns().find((one) => one.dataset.number === left.column);
  if (!column) return;
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
  for (let pages = 0; pages < PAGES_BACK && !cardFor(column, left.order); pages += 1) {
    const more = list(column).querySelector(".more");
    if (!more) break;
    await further(more);
  }
  const card = cardFor(column, left.order);
  [...list(column).querySelectorAll(".chunk")].find((chunk) => chunks.get(chunk)?.contains(card))?.scrollIntoView();
  for (let frames = 0; frames < 60 && card && !card.isConnected; frames += 1) await new Promise(requestAnimationFrame);
  card?.scrollIntoView({ block: "center" });
  (card ?? column.querySelector(".column-name")).focus({ preventScroll: true });
}
comeBack();

async function open(card) {
  remember(card);
  if (card.dataset.open) return location.assign(card.dataset.open);
  if (!card.dataset.answer) return card.querySelector(".there")?.click();
  const csrf = document.querySelector("meta[name=csrf]").content;
  const body = new URLSearchParams({ back: location.pathname });
  const answer = await ask(card.dataset.answer, { method: "POST", headers: { "X-CSRFToken": csrf }, body });
  if (!answer) return toast(words.lost);
  const told = await answer.json();
  if (told.undo) sessionStorage.setItem("resonanz-toast", JSON.stringify({ say: told.say, undo: told.undo }));
  if (told.go) return location.assign(told.go);
  return toast(told.say);
}

board.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card) return;
  if (event.target.closest(".to-talk")) remember(card);
  if (event.target.closest("[data-answer-it]")) open(card);
  else if (!event.target.closest("a, button, summary, input") && card.dataset.open && !String(getSelection())) open(card);
});

function here() {
  return document.activeElement.closest?.(".column") ?? null;
}

function step(by) {
  const column = here() ?? columns()[0];
  if (!column) return;
  const cards = [...list(column).querySelectorAll(".card")];
  const at = cards.indexOf(document.activeElement.closest(".card"));
  const seen = cards.findIndex((card) => card.offsetTop + card.offsetHeight > list(column).scrollTop);
  const card = cards[at < 0 ? Math.max(0, seen) : Math.min(cards.length - 1, Math.max(0, at + by))];
  if (!card) return list(column).focus();
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  return undefined;
}

function aside(by) {
  const all = columns();
  const from = here() ? all.indexOf(here()) : by > 0 ? -1 : all.length;
  const column = all[from + by];
  if (!column) return;
  const cards = [...list(column).querySelectorAll(".card")];
  const seen = cards.find((card) => card.offsetTop + card.offsetHeight > list(column).scrollTop);
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
  (seen ?? column.querySelector(".column-name")).focus({ preventScroll: true });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => aside(1),
  ArrowLeft: () => aside(-1),
  n: () => {
    const pillOf = (here() ?? columns().find((column) => !column.querySelector(".fresh").hidden))?.querySelector(".fresh");
    if (pillOf && !pillOf.hidden) pillOf.click();
  },
  a: () => document.querySelector('.tab-acts [data-dialog="column-dialog"]')?.click(),
  Enter: () => open(document.activeElement),
};

document.addEventListener("resonanz:key", (event) => {
  const key = event.detail.key;
  if (!KEYS[key] || (key === "Enter" && !document.activeElement.matches(".card"))) return;
  if (document.activeElement.closest("details[open]")) return;
  event.preventDefault();
  KEYS[key]();
});

document.addEventListener("resonanz:live", ({ detail }) => detail.broken && toast(words.broken));
