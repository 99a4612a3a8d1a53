// A sign of life once a minute, from any page of the desk: while somebody works here or looked in lately.
// Twenty minutes without a touch of mouse or keyboard on any page, and none is given.

const EVERY_MS = 60000;
const IDLE_MS = 20 * 60000;
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];
const tab = `alive-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
const pages = new BroadcastChannel("resonanz-alive");
let touched = Date.now();
let told = 0;

function tell() {
  if (Date.now() - touched > IDLE_MS) return;
  told = Date.now();
  fetch("/live/presence", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ tab, conversation: null, alive: true }),
  }).catch(() => {}); // the next one tells it
}

function touch() {
  touched = Date.now();
  if (touched - told < EVERY_MS) return;
  pages.postMessage({});
  tell();
}

pages.addEventListener("message", () => { touched = Date.now(); });
for (const kind of TOUCHES) addEventListener(kind, touch, { capture: true, passive: true });
setInterval(tell, EVERY_MS);
tell();
