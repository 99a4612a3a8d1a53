// Queries: Enter adds the chip that is being written, and dropping one can be taken back.

const editor = document.getElementById("editor");

editor?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches(".adding input")) return;
  event.preventDefault(); // it would keep the whole query
  if (event.target.value.trim()) event.target.closest(".adding").querySelector("[data-add]").click();
});

// What was refused is being mended: the side beside it says how it stands now.
document.getElementById("query")?.addEventListener("input", () => document.getElementById("refused")?.remove());
document.body.addEventListener("query-changed", () => document.getElementById("refused")?.remove());

const dropped = document.getElementById("dropped");
if (dropped) {
  const { say, url } = dropped.dataset;
  document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say, undo: { url, seconds: 30 } } }));
}
