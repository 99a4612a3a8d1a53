// Keeps what is seen fresh, but nothing that somebody points at, touches or types in.
const EVERY_MS = 2000;
const effect = document.querySelector("#effect");
const orders = document.querySelector("#orders");

function local() {
  for (const time of effect.querySelectorAll("time:not([data-local])")) {
    time.dataset.local = "";
    const at = new Date(time.dateTime);
    time.textContent = at.toLocaleTimeString(document.documentElement.lang, { hour12: false });
  }
}

function put(node, html) {
  if (!node || node.dataset.html === html || node.matches(":hover, :focus-within")) return;
  node.dataset.html = html;
  node.innerHTML = html;
  local();
}

async function look() {
  const answer = await fetch(effect.dataset.source);
  if (!answer.ok) return;
  const seen = await answer.json();
  put(document.querySelector("#posts"), seen.posts);
  put(document.querySelector("#calls"), seen.calls);
  put(orders, seen.orders);
}

async function watch() {
  try {
    if (!document.hidden) await look();
  } catch {
    // The networks are away for a moment; the next look finds them again.
  }
  setTimeout(watch, EVERY_MS);
}

if (location.hash) document.querySelector(location.hash)?.querySelector("details")?.setAttribute("open", "");

if (effect) {
  local();
  setTimeout(watch, EVERY_MS);
}
