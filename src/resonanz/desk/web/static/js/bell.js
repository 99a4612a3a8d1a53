// The bell: its number stays true, danger shows at once on every page, and what is soon due may make a
// desktop note and a soft sound where this browser's user has switched them on (kept in this browser only).

const bell = document.getElementById("bell");
const number = document.getElementById("bell-count");
const NOTED = "resonanz-bell-noted";
const SOUND = "resonanz-sound";
const NOTES = "resonanz-notes";
const SOON = ["due_soon", "overdue", "safety", "broken", "alarm"];
let unseen = [];
const COUNTED = new Set(["heard", "spoke", "resolved", "reopened", "waits", "took_in", "split_off"]); // who waits may be others now
const COUNT_EVERY_MS = 4000;
let rings = [];
let asking = 0;
let counting = 0;

function kept(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // a browser that keeps nothing still shows the bell
  }
}

async function ask(body) {
  const how = { headers: { Accept: "application/json" } };
  if (body) {
    how.method = "POST";
    how.body = new URLSearchParams(body);
    how.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf]").content;
  }
  try {
    const answer = await fetch(bell.href, how);
    if (!answer.ok || answer.redirected) return;
    show(await answer.json());
  } catch {
    // the next event asks again
  }
}

function show(told) {
  number.textContent = told.count || "";
  if (!document.getElementById("rows")) document.getElementById("bar-count").textContent = told.waiting || ""; // the inbox counts itself
  unseen = told.conversations;
  rings = told.rings;
  if (told.loud) banner(told.loud);
  if (told.newest) ring(told.newest);
  const rung = document.querySelector(".rung");
  if (rung && rung.dataset.id !== String(told.loud?.id)) rung.remove();
  lookHere();
}

// One tab rings for all of a browser's tabs: the first that takes the notice's number.
function ring(notice) {
  const ringIt = () => {
    if (notice.id <= Number(kept(NOTED) || 0)) return;
    keep(NOTED, String(notice.id));
    if (!SOON.includes(notice.kind)) return;
    if (kept(SOUND) === "yes") sound(notice.kind === "safety");
    if (kept(NOTES) === "yes" && document.visibilityState === "hidden") note(notice);
  };
  if (navigator.locks) navigator.locks.request("resonanz-bell", ringIt);
  else ringIt();
}

function banner(notice) {
  if (notice.kind === "alarm" && document.querySelector('.bar [data-go="a"][aria-current]')) return; // seen there
  if (String(notice.conversation) === document.getElementById("case")?.dataset.number) return;
  if (document.querySelector(".rung")?.dataset.id === String(notice.id)) return;
  document.querySelector(".rung")?.remove();
  const line = document.createElement("div");
  line.className = `rung ${notice.kind}`;
  line.role = "alert";
  line.dataset.id = notice.id;
  line.dataset.conversation = notice.conversation;
  const words = document.createElement("p");
  words.textContent = notice.words;
  const open = document.createElement("a");
  open.className = "button main";
  open.href = notice.url;
  open.textContent = bell.dataset.open;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button bare";
  close.textContent = bell.dataset.close;
  close.addEventListener("click", () => {
    line.remove();
    sessionStorage.setItem("resonanz-closed", String(notice.id));
  });
  if (sessionStorage.getItem("resonanz-closed") === String(notice.id)) return;
  line.append(words, open, close);
  document.body.append(line);
}

// Two soft tones made on the spot; danger sounds three times.
function sound(urgent) {
  const player = new AudioContext();
  const volume = player.createGain();
  volume.connect(player.destination);
  const tones = urgent ? [660, 880, 660, 880, 660, 880] : [523, 659];
  tones.forEach((pitch, place) => {
    const tone = player.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start(player.currentTime + place * 0.18);
    tone.stop(player.currentTime + place * 0.18 + 0.14);
  });
  volume.gain.value = 0.08;
  setTimeout(() => player.close(), tones.length * 180 + 400);
}

function note(notice) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification("Resonanz", { body: notice.words, tag: `resonanz-${notice.id}` });
  shown.addEventListener("click", () => {
    window.focus();
    location.assign(notice.url);
  });
}

// Whoever has the conversation or the alarm open has seen what rang for it.
function lookHere() {
  if (document.visibilityState === "hidden") return;
  const open = Number(document.getElementById("case")?.dataset.number);
  const alarm = Number(document.getElementById("ring-now")?.dataset.ring);
  if (open && unseen.includes(open)) {
    unseen = unseen.filter((conversation) => conversation !== open);
    ask({ conversation: open });
  } else if (alarm && rings.includes(alarm)) {
    rings = rings.filter((ring) => ring !== alarm);
    ask({ ring: alarm });
  }
}

document.addEventListener("resonanz:told", (event) => {
  if (event.detail.kind === "notified") {
    clearTimeout(asking);
    asking = setTimeout(ask, 250);
  } else if (COUNTED.has(event.detail.kind) && document.visibilityState === "visible" && !document.getElementById("rows")) {
    counting ||= setTimeout(() => {
      counting = 0;
      ask();
    }, COUNT_EVERY_MS);
  }
});
document.addEventListener("resonanz:caught-up", () => ask());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "open" && lookHere());
ask();

// The switches in "About you": kept in this browser, for permission and loudspeaker belong to it.
for (const box of document.querySelectorAll("input[data-alert]")) {
  const name = box.dataset.alert === "sound" ? SOUND : NOTES;
  box.checked = kept(name) === "yes" && (name === SOUND || window.Notification?.permission === "granted");
  box.addEventListener("change", async () => {
    if (box.checked && name === NOTES) box.checked = (await window.Notification?.requestPermission()) === "granted";
    document.getElementById("notes-refused").hidden = box.checked || name === SOUND;
    keep(name, box.checked ? "yes" : "no");
    if (box.checked && name === SOUND) sound(false);
  });
}
