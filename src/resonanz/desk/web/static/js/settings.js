// Shows a typed secret while somebody wants to read it. Without script the field simply stays hidden.
for (const button of document.querySelectorAll("[data-show-secret]")) {
  const field = document.getElementById(button.dataset.showSecret);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const visible = field.type === "password";
    field.type = visible ? "text" : "password";
    button.textContent = visible ? button.dataset.hideWord : show;
    button.setAttribute("aria-pressed", String(visible));
    field.focus();
  });
  field.form?.addEventListener("submit", () => { field.type = "password"; });
}
