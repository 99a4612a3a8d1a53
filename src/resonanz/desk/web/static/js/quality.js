// Checking posts by keyboard: a key chooses, Enter keeps and goes on, y passes over.

const form = document.getElementById("checking");

document.addEventListener("resonanz:key", (event) => {
  const key = event.detail.key;
  if (!form) return;
  const field = form.querySelector(`[data-key-of="${CSS.escape(key)}"]`);
  const ends = key === "Enter" || key === "y";
  if (!field && !ends) return;
  if (key === "Enter" && document.activeElement?.closest("a, button, summary")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (field) field.checked = field.type === "radio" || !field.checked;
  else form.requestSubmit(key === "y" ? document.getElementById("skip") : form.querySelector(".main"));
}, true);

// A click leaves the focus where keys go on working.
form?.addEventListener("change", (event) => event.target.blur());
