// Kind and urgency by keyboard: c opens the menu, a digit chooses, Escape closes (frame.js).

const menu = () => document.getElementById("sort-menu");

document.addEventListener("resonanz:key", (event) => {
  if (event.detail.key === "c" && menu()) {
    event.preventDefault();
    menu().open = true;
    menu().querySelector(".leaf button").focus();
    return;
  }
  if (!menu()?.open) return;
  const choice = menu().querySelector(`[data-digit="${CSS.escape(event.detail.key)}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.click();
  menu().open = false;
});
