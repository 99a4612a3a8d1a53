// Laying out tabs and columns: dialogs, menus, filters, and moving by drag or by Shift and an arrow.

const words = document.getElementById("words").dataset;
const board = document.getElementById("columns");
const tabs = document.getElementById("tabs");
const csrf = document.querySelector("meta[name=csrf]").content;

const columns = () => [...board.querySelectorAll(".column")];
const tell = (type, detail = {}) => document.dispatchEvent(new CustomEvent(`resonanz:${type}`, { detail }));
const toast = (say, undo) => tell("toast", { say, undo });

async function ask(url, how = {}) {
  try {
    return await fetch(url, how);
  } catch {
    return null;
  }
}

async function post(url, values) {
  const answer = await ask(url, { method: "POST", headers: { "X-CSRFToken": csrf }, body: new URLSearchParams(values) });
  if (!answer) toast(words.lost);
  return answer;
}

async function told(answer) {
  if (!answer) return {};
  if (answer.status === 422) return { refused: (await answer.json()).say };
  if (!answer.ok) {
    toast(words.lost);
    return {};
  }
  if (!answer.headers.get("Content-Type").includes("json")) return { html: await answer.text() };
  const said = await answer.json();
  if (said.say && !said.go) toast(said.say, said.undo);
  return { done: said };
}

function drawn(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector(".column");
}

function go(said) {
  if (said.say) sessionStorage.setItem("resonanz-toast", JSON.stringify({ say: said.say, undo: said.undo }));
  location.assign(said.go);
}

// Dialogs --------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.dialog);
  dialog.querySelector("[role=alert]").hidden = true;
  dialog.showModal();
  dialog.querySelector("form.stack input")?.focus();
});

// What was refused is being mended: the next answer says how it stands.
document.addEventListener("input", (event) => {
  const wrong = event.target.closest("[data-add], [data-verb=narrow]")?.querySelector("[role=alert]");
  if (!wrong) return;
  wrong.textContent = "";
  if (wrong.closest("[data-add]")) wrong.hidden = true;
});

function showAbout(form) {
  const kind = form.querySelector("input[name=kind]:checked");
  const asks = kind?.dataset.asks;
  const shows = form.querySelector(".shows");
  if (shows && kind) shows.textContent = kind.parentElement.querySelector(".small").textContent;
  for (const part of form.querySelectorAll("[data-about]")) part.hidden = part.dataset.about !== asks;
}

for (const form of document.querySelectorAll("[data-add]")) {
  form.addEventListener("change", () => showAbout(form));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { refused, done, html } = await told(await post(form.action, new FormData(form)));
    const wrong = form.querySelector("[role=alert]");
    wrong.hidden = !refused;
    wrong.textContent = refused ?? "";
    if (done?.go) go(done);
    if (html) addColumn(drawn(html), form);
  });
}

// Back from writing a query: the dialog waits with it. A kept query was made a column: it is gone to.
function arrive() {
  const dialog = document.querySelector("dialog[data-now]");
  if (dialog) {
    dialog.showModal();
    showAbout(dialog.querySelector("[data-add]"));
    dialog.querySelector(".cluster .main").focus();
    history.replaceState(history.state, "", location.pathname);
  }
  const shown = columns().find((column) => location.hash === `#column-${column.dataset.number}`);
  if (!shown) return;
  shown.scrollIntoView({ block: "nearest", inline: "nearest" });
  shown.querySelector(".column-name").focus({ preventScroll: true });
}
arrive();

function addColumn(column, form) {
  form.closest("dialog").close();
  form.reset();
  form.querySelector("#people-known").replaceChildren();
  showAbout(form);
  board.append(column);
  tell("column-drawn", { column });
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
  column.querySelector(".column-name").focus({ preventScroll: true });
}

// Menus and filters ----------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.verb && !form.dataset.tabVerb) return;
  event.preventDefault();
  const column = form.closest(".column");
  const place = form.dataset.verb ? `column/${column.dataset.number}/${form.dataset.verb}` : `${board.dataset.tab}/${form.dataset.tabVerb}`;
  const { refused, done, html } = await told(await post(`/streams/${place}/`, new FormData(form)));
  if (form.dataset.verb === "narrow") form.querySelector("[role=alert]").textContent = refused ?? "";
  else if (refused) toast(refused);
  if (html) anew(column, drawn(html));
  if (done) after(form, column, done);
});

function anew(column, fresh) {
  const focused = column.contains(document.activeElement);
  column.replaceWith(fresh);
  tell("column-drawn", { column: fresh });
  if (focused) fresh.querySelector(".narrow input")?.focus();
}

function after(form, column, done) {
  const menu = form.closest("details");
  if (menu) menu.open = false;
  if (done.go) go(done);
  else if (form.dataset.verb === "drop") dropped(column);
  else if (form.dataset.verb === "rename") called(column, done);
  else if (form.dataset.verb === "hold") held(form, column, done.held);
  else if (form.dataset.tabVerb) location.reload();
}

function dropped(column) {
  const next = column.nextElementSibling ?? column.previousElementSibling;
  column.remove();
  tell("columns-left");
  (next?.querySelector(".column-name") ?? document.querySelector(".tab-acts .main"))?.focus();
}

function called(column, { name, about }) {
  const heading = column.querySelector("h2");
  heading.textContent = heading.title = name;
  const line = column.querySelector(".about");
  line.textContent = line.textContent.replace(line.dataset.kind ?? "", about);
  line.dataset.kind = about;
  column.querySelector(".column-name").focus();
}

function held(form, column, isHeld) {
  column.toggleAttribute("data-held", isHeld);
  form.elements.on.value = isHeld ? "0" : "1";
}

// The cross in a search field empties it without submitting.
board.addEventListener("search", (event) => event.target.closest(".narrow")?.requestSubmit(), true);

// What a toast's undo brought back.
document.addEventListener("resonanz:laid-out", async ({ detail }) => {
  if (detail.go) return location.assign(detail.go);
  if (!detail.column) return location.reload();
  const answer = await ask(`/streams/column/${detail.column}/`);
  if (!answer?.ok) return location.reload();
  const column = drawn(await answer.text());
  const others = columns();
  if (others[detail.place]) others[detail.place].before(column);
  else board.append(column);
  tell("column-drawn", { column });
  column.querySelector(".column-name").focus();
  return undefined;
});

// Somebody else has changed a shared tab: nothing moves until it is asked for.
let mine = 0;
document.addEventListener("resonanz:columns-changed", () => {
  if (Date.now() - mine < 5000 || document.querySelector(".laid-out")) return;
  const line = document.createElement("p");
  line.className = "notice laid-out";
  line.role = "status";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link push";
  button.textContent = words.load;
  button.addEventListener("click", () => location.reload());
  line.append(words.changed, " ", button);
  board.before(line);
});
document.addEventListener("submit", () => { mine = Date.now(); }, true);
document.addEventListener("click", (event) => { if (event.target.closest("[data-move], [data-undo], [data-move-tab]")) mine = Date.now(); }, true);

// Moving ---------------------------------------------------------------------------------------------

const rows = {
  column: { all: columns, url: (row) => `/streams/column/${row.dataset.number}/move/`, name: (row) => row.querySelector("h2").textContent, grip: ".column-name" },
  tab: { all: () => [...tabs.querySelectorAll("li[data-mine]")], url: (row) => `/streams/${row.dataset.number}/move/`, name: (row) => row.textContent.trim(), grip: "a" },
};

async function put(kind, row, place) {
  const { all, url, name, grip } = rows[kind];
  const before = all();
  const old = before.indexOf(row);
  const next = Math.max(0, Math.min(before.length - 1, place));
  if (next === old) return;
  mine = Date.now();
  const focused = row.contains(document.activeElement);
  const scrolled = row.querySelector(".posts")?.scrollTop;
  before[next][next > old ? "after" : "before"](row);
  if (scrolled) row.querySelector(".posts").scrollTop = scrolled;
  if (focused) row.querySelector(grip).focus();
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
  document.getElementById("told").textContent = (words.moved.replace("{name}", name(row)).replace("{n}", next + 1).replace("{of}", before.length));
  const { refused } = await told(await post(url(row), { place: next }));
  if (!refused) return;
  toast(refused);
  location.reload();
}

function rowOf(element) {
  const row = element.closest?.(".column, #tabs li[data-mine]");
  if (!row) return null;
  return { kind: row.matches(".column") ? "column" : "tab", row };
}

document.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || !event.shiftKey || event.ctrlKey || event.altKey || !event.target.matches("[aria-keyshortcuts]")) return;
  const found = rowOf(event.target);
  if (!found) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  put(found.kind, found.row, rows[found.kind].all().indexOf(found.row) + by);
}, true);

document.addEventListener("click", (event) => {
  const mover = event.target.closest("[data-move], [data-move-tab]");
  if (!mover) return;
  const row = mover.closest(".column") ?? tabs.querySelector("[aria-current]").parentElement;
  const kind = mover.dataset.move ? "column" : "tab";
  mover.closest("details").open = false;
  put(kind, row, rows[kind].all().indexOf(row) + Number(mover.dataset.move ?? mover.dataset.moveTab));
});

let dragged = null;

function unmark() {
  for (const row of document.querySelectorAll(".before, .behind, .moving")) row.classList.remove("before", "behind", "moving");
}

document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("input, a[href]:not([draggable])")) return;
  dragged = event.target.draggable ? rowOf(event.target) : null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", rows[dragged.kind].name(dragged.row));
  dragged.row.classList.add("moving");
});

function over(event) {
  const found = dragged && rowOf(event.target);
  if (!found || found.kind !== dragged.kind || found.row === dragged.row) return null;
  const box = found.row.getBoundingClientRect();
  return { row: found.row, behind: event.clientX > box.left + box.width / 2 };
}

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  const found = over(event);
  for (const row of document.querySelectorAll(".before, .behind")) row.classList.remove("before", "behind");
  event.preventDefault();
  if (found) found.row.classList.add(found.behind ? "behind" : "before");
});

document.addEventListener("drop", (event) => {
  const found = over(event);
  if (dragged) event.preventDefault();
  if (found) {
    const all = rows[dragged.kind].all();
    const old = all.indexOf(dragged.row);
    const place = all.indexOf(found.row) + (found.behind ? 1 : 0);
    put(dragged.kind, dragged.row, place > old ? place - 1 : place);
  }
  unmark();
  dragged = null;
});

document.addEventListener("dragend", () => {
  unmark();
  dragged = null;
});

// One at a time on a small screen --------------------------------------------------------------------

const count = document.getElementById("step");

function shown() {
  return Math.round(board.scrollLeft / Math.max(1, board.clientWidth));
}

function tellStep() {
  const all = columns();
  const text = all.length ? words.step.replace("{n}", shown() + 1).replace("{of}", all.length) : "";
  if (count.textContent !== text) count.textContent = text;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) columns()[shown() + Number(button.dataset.step)]?.scrollIntoView({ block: "nearest", inline: "start" });
});
board.addEventListener("scroll", tellStep, { passive: true });
new MutationObserver(tellStep).observe(board, { childList: true });
tellStep();
