// A ring's answers by keyboard: whatever button names its key.

document.addEventListener("resonanz:key", (event) => {
  const button = document.querySelector(`main [data-key="${CSS.escape(event.detail.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
