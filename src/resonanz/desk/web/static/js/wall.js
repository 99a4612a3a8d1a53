// The wallboard: its figures are fetched every ten seconds; when that fails, it says that they are old.

const EVERY_MS = 10_000;
const board = document.getElementById("wall");
const stale = document.getElementById("stale");
const line = stale.querySelector("span");
let fresh = new Date();

function clock(moment) {
  return moment.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function old(ended) {
  line.textContent = ended ? line.dataset.ended : line.dataset.lost.replace("{time}", clock(fresh));
  stale.hidden = false;
  if (ended) board.replaceChildren();
}

async function look() {
  try {
    const answer = await fetch(board.dataset.from, { cache: "no-store" });
    if (answer.status === 404) return old(true);
    if (!answer.ok || answer.redirected) return old(false);
    const html = await answer.text();
    const made = new DOMParser().parseFromString(html, "text/html");
    board.replaceChildren(...made.body.childNodes);
    fresh = new Date();
    stale.hidden = true;
  } catch {
    old(false);
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
