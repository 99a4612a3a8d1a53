// Writing down a call without the mouse: Enter goes on to the next thing that is needed, the arrow down to
// those whom the desk knows by that name, Ctrl+Enter keeps it, wherever one stands in the form.

const form = document.getElementById("by-hand");
const nameBox = document.getElementById("name");
const words = document.getElementById("text");

function goOn(event) {
  if (event.target.matches("textarea, button, a")) return;
  event.preventDefault();
  words.focus();
}

form?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Enter") {
    goOn(event);
  } else if (event.key === "ArrowDown" && event.target === nameBox) {
    const known = form.querySelector('#people input[name="person"]:not([value=""])');
    if (!known) return;
    event.preventDefault();
    known.checked = true;
    known.focus();
  }
});

// The key that leads here begins anew only where nothing was typed.
document.addEventListener("resonanz:key", (event) => {
  if (event.detail.key !== "h" || !nameBox) return;
  event.preventDefault();
  nameBox.focus();
});

form?.addEventListener("submit", () => {
  document.getElementById("keep").disabled = true;
});

window.addEventListener("pageshow", () => {
  const keep = document.getElementById("keep");
  if (keep) keep.disabled = false;
});
