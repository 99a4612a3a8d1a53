// A post in a list that stands in no conversation yet: "Answer this" opens one and leads to it.

async function answer(button) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  const body = new URLSearchParams({ back: location.pathname + location.search });
  button.disabled = true;
  const told = await fetch(button.dataset.answerAt, { method: "POST", headers: { "X-CSRFToken": csrf }, body })
    .then((reply) => reply.json())
    .catch(() => ({})); // cut off, or signed out meanwhile: the button is there again
  button.disabled = false;
  if (told.go) {
    if (told.undo) sessionStorage.setItem("resonanz-toast", JSON.stringify({ say: told.say, undo: told.undo }));
    location.assign(told.go);
  } else if (told.say) {
    document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: told.say } }));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-answer-at]");
  if (button) answer(button);
});
