// Asking a department: the panel behind `q` with its preview, links to copy, and answers put into the reply.

const panel = document.getElementById("ask-panel");
const words = panel.dataset;
const csrf = document.querySelector('meta[name="csrf"]').content;
const PREVIEW_MS = 300;
let timer = 0;
let asking = null;

const form = () => panel.querySelector("#ask-form");
const kept = () => `resonanz-question-${form()?.dataset.number}`;

function toast(say) {
  document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say } }));
}

// The panel ---------------------------------------------------------------------------------------

panel.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== panel) return;
  if (!panel.open) panel.showModal();
  const question = panel.querySelector("#ask-question");
  if (question) {
    question.value = sessionStorage.getItem(kept()) ?? "";
    if (question.value) previewSoon();
  }
  const department = panel.querySelector("#ask-department");
  (department?.value ? question : department ?? panel.querySelector("a, button"))?.focus();
});

function previewSoon() {
  clearTimeout(timer);
  timer = setTimeout(preview, PREVIEW_MS);
}

async function preview() {
  const from = form();
  if (!from) return;
  asking?.abort();
  asking = new AbortController();
  try {
    const how = { method: "POST", body: new URLSearchParams(new FormData(from)), headers: { "X-CSRFToken": csrf }, signal: asking.signal };
    const answer = await fetch(from.dataset.preview, how);
    if (answer.ok && !answer.redirected && form() === from) document.getElementById("ask-preview").innerHTML = await answer.text();
  } catch {
    return; // a newer one is on its way, or the live line tells that the desk is gone
  }
}

panel.addEventListener("input", (event) => {
  if (event.target.id === "ask-question") sessionStorage.setItem(kept(), event.target.value);
  previewSoon();
});
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  panel.querySelector("#ask-send")?.click();
});

// What does not work is said in the panel: a toast would lie beneath it.
panel.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) event.stopPropagation();
});
for (const kind of ["htmx:sendError", "htmx:responseError"]) {
  panel.addEventListener(kind, (event) => {
    event.stopPropagation();
    const line = document.createElement("p");
    line.className = "notice wrong small";
    line.textContent = words.lost;
    panel.querySelector("#ask-error")?.replaceChildren(line);
  });
}

document.addEventListener("resonanz:done", (event) => {
  const told = event.detail.enquired;
  if (!told || !panel.open) return;
  sessionStorage.removeItem(kept());
  if (!told.link) {
    panel.close();
    return;
  }
  form().hidden = true;
  const shown = panel.querySelector("#ask-link");
  shown.hidden = false;
  shown.querySelector("input").value = told.link;
  shown.querySelector("[data-copy-from]").focus();
});

document.addEventListener("resonanz:key", (event) => {
  const open = event.detail.key === "q" && document.getElementById("ask-open");
  if (!open) return;
  event.preventDefault();
  open.click();
});

// Links and answers ---------------------------------------------------------------------------------

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    if (panel.open) button.lastChild.textContent = words.copied;
    else toast(words.copied);
  } catch {
    window.prompt("", text); // without permission the person copies it by hand
  }
}

function use(text) {
  const area = document.getElementById("reply-text");
  if (!area) return;
  document.querySelector('[data-write="reply"]')?.click();
  const [start, end] = [area.selectionStart, area.selectionEnd];
  const before = area.value.slice(0, start);
  const gap = before && !/\s$/.test(before) ? "\n" : "";
  area.setRangeText(gap + text, start, end, "end");
  document.dispatchEvent(new CustomEvent("resonanz:written", { detail: {} }));
  area.focus();
  toast(words.inserted);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-copy-link], [data-copy-from]");
  if (link) copy(link.dataset.copyLink ?? document.getElementById(link.dataset.copyFrom).value, link);
  const answer = event.target.closest("[data-use-answer]");
  if (answer) use(document.getElementById(answer.dataset.useAnswer).textContent);
  const jump = event.target.closest(".enquiry-line a");
  if (jump) {
    event.preventDefault(); // the thread scrolls, not the page
    document.querySelector(jump.getAttribute("href"))?.scrollIntoView({ block: "center" });
  }
});
