// Incidents in a conversation: l opens the menu with the best match first, i puts the incident's text in.

const menu = () => document.getElementById("incident-menu");
const area = () => document.getElementById("reply-text");

function open() {
  menu().querySelector("summary").focus();
  menu().open = true; // the opening asks for the incidents
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "incident-leaf") return;
  if (menu().open) event.target.querySelector("button:not([disabled]), a")?.focus();
});

function put(button) {
  const words = area();
  const field = document.getElementById("reply-incident");
  if (!words || !field) return;
  const before = words.value.trim();
  const outdated = field.value || button.closest(".incident-strip").querySelector(".notice");
  words.value = button.dataset.text;
  field.value = button.dataset.putIncident;
  if (before && !outdated) document.dispatchEvent(new CustomEvent("resonanz:aside", { detail: { text: before } }));
  document.dispatchEvent(new CustomEvent("resonanz:written", { detail: {} }));
  words.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-put-incident]");
  if (button) put(button);
});

document.addEventListener("resonanz:key", (event) => {
  if (event.detail.key === "l" && menu()) {
    event.preventDefault();
    open();
  } else if (event.detail.key === "i") {
    const button = document.querySelector("[data-put-incident]");
    if (!button) return;
    event.preventDefault();
    put(button);
  }
});
