// The end of a shift by keyboard: j and k from one case to the next, 1 2 3 choose, Ctrl+Enter ends it.

const form = document.getElementById("leaving");
const cases = [...document.querySelectorAll(".leaves")];
const here = () => cases.findIndex((one) => one.contains(document.activeElement));

function visit(number) {
  const one = cases[Math.min(cases.length - 1, Math.max(0, number))];
  one?.querySelector("input[type=radio]:checked")?.focus();
  one?.scrollIntoView({ block: "nearest" });
}

function choose(number) {
  const radio = cases[Math.max(0, here())]?.querySelectorAll("input[type=radio]")[number];
  if (!radio || radio.disabled) return;
  radio.checked = true;
  radio.focus();
  if (radio.value === "hand_over") cases[here()].querySelector("input[type=text]").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const writes = event.target.closest?.("input[type=text], select, textarea");
  if (event.key === "Enter" && writes) {
    event.preventDefault(); // a sentence is done; the shift is not
    visit(here() + 1);
    return;
  }
  if (writes || event.ctrlKey || event.metaKey || event.altKey || !("keys" in document.documentElement.dataset)) return;
  if (event.key === "j") visit(here() + 1);
  else if (event.key === "k") visit(here() - 1);
  else if ("123".includes(event.key)) choose(Number(event.key) - 1);
  else return;
  event.preventDefault();
});

visit(cases.findIndex((one) => one.classList.contains("refused")));
