// Many at once: x chooses a row, Shift+x up to it, Escape lets go; done in portions, undone as a whole.

const PORTION = 20;
const bar = document.getElementById("bulk");
const words = bar.dataset;
const csrf = document.querySelector('meta[name="csrf"]').content;
const chosen = new Set();
let last = null;
let filled = false;
let busy = false;

const rows = () => [...document.querySelectorAll("#rows .row-of")];

function draw() {
  for (const row of rows()) row.classList.toggle("chosen", chosen.has(row.dataset.number));
}

function show() {
  draw();
  bar.hidden = chosen.size === 0;
  const pattern = chosen.size === 1 ? words.chosenOne : words.chosen;
  document.getElementById("bulk-count").textContent = pattern.replace("{n}", chosen.size);
  if (!chosen.size) last = null;
  if (chosen.size && !filled) {
    filled = true;
    htmx.ajax("GET", words.panel, { source: "#bulk-panel", target: "#bulk-panel", swap: "innerHTML" });
  }
}

function toggle(number, { through = false } = {}) {
  const all = rows().map((row) => row.dataset.number);
  if (through && last !== null && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(number)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) chosen.add(one);
  } else if (!chosen.delete(number)) {
    chosen.add(number);
  }
  last = number;
  while (chosen.size > Number(words.most)) chosen.delete([...chosen].at(-1));
  show();
}

function current() {
  const focused = document.activeElement?.closest("#rows .row-of");
  return focused ?? document.querySelector("#rows .row[aria-current]")?.closest(".row-of") ?? rows()[0];
}

document.addEventListener("resonanz:key", (event) => {
  if (event.detail.key !== "x" && event.detail.key !== "X") return;
  const row = current();
  if (!row) return;
  event.preventDefault();
  toggle(row.dataset.number, { through: event.detail.key === "X" });
  row.querySelector(".row").focus({ preventScroll: true });
});
document.addEventListener("click", (event) => {
  const face = event.target.closest?.("#rows .row .face");
  if (!face) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // the face chooses, the row opens
  toggle(face.closest(".row-of").dataset.number, { through: event.shiftKey });
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !chosen.size || busy || document.querySelector("dialog[open], details.menu[open]")) return;
  if (event.target.closest?.("textarea")) return;
  chosen.clear();
  show();
  event.stopImmediatePropagation();
}, true);
new MutationObserver(() => chosen.size && draw()).observe(document.getElementById("queue"), { childList: true, subtree: true });

bar.addEventListener("click", async (event) => {
  const wanted = event.target.closest("[data-bulk]")?.dataset.bulk;
  if (wanted === "none") chosen.clear();
  if (wanted === "all") {
    const list = document.getElementById("rows").dataset;
    const only = list.only ? `&${list.only}` : "";
    const answer = await fetch(`${words.all}?view=${list.view}${only}`, { headers: { Accept: "application/json" } });
    if (answer.ok) for (const number of (await answer.json()).numbers) chosen.add(String(number));
  }
  if (wanted) show();
});

function facts(form) {
  const found = new URLSearchParams(new FormData(form));
  const to = found.get("to");
  if (to !== null) {
    found.delete("to");
    const [kind, number] = to.split(":");
    if (number) found.set(kind === "team" ? "team" : "to", number);
  }
  found.set("act", form.dataset.act);
  return found;
}

function say(text, undo) {
  document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: text, undo } }));
}

async function run(form) {
  const numbers = [...chosen];
  const asked = facts(form);
  const done = { before: {}, refused: [] };
  const progress = document.getElementById("bulk-progress");
  busy = true;
  progress.max = numbers.length;
  progress.hidden = false;
  let failed = "";
  for (let from = 0; from < numbers.length && !failed; from += PORTION) {
    const body = new URLSearchParams(asked);
    for (const number of numbers.slice(from, from + PORTION)) body.append("number", number);
    failed = await portion(body, done);
    progress.value = Math.min(from + PORTION, numbers.length);
    document.getElementById("bulk-count").textContent = words.progress.replace("{n}", progress.value).replace("{all}", numbers.length);
  }
  busy = false;
  progress.hidden = true;
  finish(form, done, failed);
}

async function portion(body, done) {
  try {
    const answer = await fetch(words.do, { method: "POST", body, headers: { "X-CSRFToken": csrf, Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) return told.error ?? words.failed;
    Object.assign(done.before, told.before);
    done.refused.push(...told.refused);
    return "";
  } catch {
    return words.failed;
  }
}

function finish(form, done, failed) {
  const count = Object.keys(done.before).length;
  const pattern = done.refused.length ? words.refused : words.done;
  const text = failed || pattern.replace("{n}", count).replace("{m}", done.refused.length);
  const values = { before: JSON.stringify(done.before), act: form.dataset.act };
  say(text, count ? { url: words.undo, seconds: 60, values } : undefined);
  chosen.clear();
  for (const { number } of done.refused) chosen.add(String(number));
  document.getElementById("bulk-refused").replaceChildren(...done.refused.map(({ name, url, words: why }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = url;
    link.textContent = name;
    item.append(link, `: ${why}`);
    return item;
  }));
  form.reset();
  show();
  document.dispatchEvent(new CustomEvent("resonanz:done", { detail: { changed: true } }));
}

bar.addEventListener("change", (event) => {
  if (event.target.matches("select") && event.target.value) run(event.target.form);
});
bar.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!busy && event.target.querySelector("input[type=text]")?.value.trim()) run(event.target);
});
