// Writing down a call: Ctrl+Enter keeps it, wherever one stands in the form; Escape in no field goes back.

const form = document.getElementById("by-hand");

form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

form?.addEventListener("submit", () => {
  document.getElementById("keep").disabled = true;
});

window.addEventListener("pageshow", () => {
  const keep = document.getElementById("keep");
  if (keep) keep.disabled = false;
});
