// The outside page: says once that somebody looks at it. Everything else works without script.
const form = document.getElementById("answer-form");

function opened() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", opened);
  fetch(form.dataset.opened, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
}

if (form) {
  document.addEventListener("visibilitychange", opened);
  setTimeout(opened, 1000);
}
