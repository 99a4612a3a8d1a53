// Promises: the panel behind `s`, the time in the words, a promise with the reply, and why nobody answers.

const panel = document.getElementById("promise-panel");
const words = panel.dataset;

// The panel ---------------------------------------------------------------------------------------

panel.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== panel) return;
  if (!panel.open) panel.showModal();
  own = false;
  (first() ?? panel.querySelector("button")).focus();
});

function first() {
  return panel.querySelector("#promise-send") ?? panel.querySelector("#promise-form .cluster button");
}

let own = false; // the words were changed by hand

function timeOf(radio) {
  const field = panel.querySelector("[name=until_own]");
  if (radio.value !== "own") return null;
  return field.value.slice(11, 16);
}

function say(radio) {
  const text = panel.querySelector("#promise-text");
  if (!text || own) return;
  const time = timeOf(radio);
  if (time === null) text.value = radio.dataset.text;
  else if (time) text.value = text.dataset.pattern.replace("{due}", time);
}

panel.addEventListener("change", (event) => {
  const { target } = event;
  if (target.name === "until_own") panel.querySelector("[name=until][value=own]").checked = true;
  if (target.name === "until" && target.value === "own") panel.querySelector("[name=until_own]").focus();
  const radio = panel.querySelector("[name=until]:checked");
  if (radio && target.name?.startsWith("until")) say(radio);
});
panel.addEventListener("input", (event) => {
  if (event.target.id === "promise-text") own = true;
});
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.name !== "until") return;
  event.preventDefault();
  first()?.click();
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
    panel.querySelector("#promise-refused")?.replaceChildren(line);
  });
}
document.addEventListener("resonanz:done", (event) => {
  if (event.detail.promised && panel.open) panel.close();
  if (event.detail.sent) drop();
});

// With the reply ----------------------------------------------------------------------------------

function place() {
  return document.getElementById("reply-promise");
}

function drop() {
  const here = place();
  if (!here) return;
  here.hidden = true;
  here.querySelector("input").value = "";
  here.querySelector("input").disabled = true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-drop-promise]")) drop();
  if (!event.target.closest("#promise-with-reply") || !place()) return;
  const radio = panel.querySelector("[name=until]:checked");
  const typed = panel.querySelector("[name=until_own]").value;
  const at = radio.value === "own" ? Date.parse(typed) : Number(radio.value);
  if (!at) return;
  const time = radio.value === "own" ? typed.slice(11, 16) : radio.parentElement.querySelector("b").textContent;
  place().querySelector("input").value = String(at);
  place().querySelector("input").disabled = false;
  place().querySelector("span").textContent = words.promises.replace("{time}", time);
  place().hidden = false;
  panel.close();
  document.getElementById("reply-text")?.focus();
});

// Keys --------------------------------------------------------------------------------------------

document.addEventListener("resonanz:key", (event) => {
  const { key } = event.detail;
  const menu = document.getElementById("resolve-menu");
  if (key === "s") {
    const link = document.getElementById("promise-open");
    if (!link) return;
    link.click();
    event.preventDefault();
  } else if (menu?.open && /^[1-9]$/.test(key)) {
    menu.querySelector(`button[value="${key}"]`)?.click();
    event.preventDefault();
  }
});
