// Live updates: one stream for all tabs of a browser. The tab that holds the lock listens and tells the
// others; when it ends, the next one takes over and everybody asks what happened meanwhile.

const PATIENCE_MS = 10000;
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
const channel = new BroadcastChannel("resonanz-live");
let broken = false;
let leading = false;
let stream = null;
let retryMs = 2000;
let patience = 0;

function tell(type, detail) {
  document.dispatchEvent(new CustomEvent(`resonanz:${type}`, { detail }));
}

function share(type, detail) {
  tell(type, detail);
  channel.postMessage({ type, detail });
}

function setBroken(now) {
  if (now === broken) return;
  broken = now;
  share("live", { broken });
}

channel.addEventListener("message", (event) => {
  const { type, detail } = event.data;
  if (type === "ask") {
    if (leading) channel.postMessage({ type: "live", detail: { broken } });
    return;
  }
  if (type === "live") broken = detail.broken;
  tell(type, detail);
});

function opened() {
  clearTimeout(patience);
  patience = 0;
  retryMs = 2000;
  setBroken(false);
  share("caught-up", {}); // what happened while nobody listened is asked for by each tab's own cursor
}

function failed() {
  patience ||= setTimeout(() => setBroken(true), PATIENCE_MS);
  if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
  setTimeout(listen, retryMs);
  retryMs = Math.min(retryMs * 2, 30000);
}

function listen() {
  stream?.close();
  stream = new EventSource("/live");
  stream.addEventListener("open", opened);
  stream.addEventListener("error", failed);
  for (const kind of ["told", "presence", "columns"]) {
    stream.addEventListener(kind, (event) => share(kind, JSON.parse(event.data)));
  }
}

function lead() {
  leading = true;
  patience ||= setTimeout(() => setBroken(true), PATIENCE_MS);
  listen();
  return new Promise(() => {}); // holds the lock until this tab ends
}

if (navigator.locks) navigator.locks.request("resonanz-live", lead);
else lead();
channel.postMessage({ type: "ask" });

// Presence: which conversation this tab looks at, and whether somebody types in it.

let shown = null;
let typingUntil = 0;

function presence() {
  const looking = document.visibilityState === "visible";
  const number = document.getElementById("case")?.dataset.number;
  return { tab, conversation: looking && number ? Number(number) : null, typing: Date.now() < typingUntil };
}

function post() {
  const here = presence();
  if (here.conversation === null && shown === null) return;
  shown = here.conversation;
  fetch("/live/presence", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(here),
  }).catch(() => {}); // the stream tells that the desk cannot be reached
}

setInterval(post, 5000);
document.addEventListener("visibilitychange", post);
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "open" && post());
document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#reply, #note")) return;
  const began = Date.now() >= typingUntil;
  typingUntil = Date.now() + 6000;
  if (began) post();
});
post();

addEventListener("pagehide", () => {
  const gone = JSON.stringify({ tab, conversation: null, typing: false });
  navigator.sendBeacon("/live/presence", new Blob([gone], { type: "application/json" }));
  stream?.close();
});
addEventListener("pageshow", (event) => event.persisted && location.reload());
