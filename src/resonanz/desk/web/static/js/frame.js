// The frame of every page: menus, toasts with undo, and times that stay true while a page is open.
//
// Modules meet through events on the document only:
//   resonanz:toast {say, undo}   something was done; undo = {url, seconds, values}
//   resonanz:key {key}           a single-letter key that belongs to nobody's typing (keys.js)
//   resonanz:told / :presence / :columns / :live   what the live stream says (live.js)
//   resonanz:done                what the server says after a change (HX-Trigger)

const patterns = JSON.parse(document.getElementById("time-words").textContent);

function span(kind, seconds) {
  const words = patterns[kind];
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return words.now;
  if (minutes < 60) return words.minutes.replace("{n}", minutes);
  if (minutes < 2880 || !words.days) {
    return words.hours.replace("{n}", Math.floor(minutes / 60)).replace("{m}", minutes % 60);
  }
  return words.days.replace("{n}", Math.floor(minutes / 1440));
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function keepAgo(element, now) {
  const passed = Math.max(0, (now - Date.parse(element.dateTime)) / 1000);
  if (passed < 86400) put(element, span("ago", passed));
}

function keepDue(element, now) {
  const left = (Date.parse(element.dateTime) - now) / 1000;
  if (left < 0) put(element, span("late", -left));
  else if (left <= 7200) put(element, span("due", left));
  if (!element.classList.contains("due")) return;
  const level = left < 0 ? "late" : left <= 900 ? "soon" : "calm";
  if (!element.classList.contains(level)) {
    element.classList.remove("calm", "soon", "late");
    element.classList.add(level);
  }
}

function keepTimes() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time[data-ago]")) keepAgo(element, now);
  for (const element of document.querySelectorAll("time[data-due]")) keepDue(element, now);
}

setInterval(keepTimes, 15000);
document.addEventListener("visibilitychange", keepTimes);

// Menus: one at a time, closed by Escape, by a click beside them, and by leaving them.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopImmediatePropagation();
}, true);

// Escape leaves the search box of the bar and a column's filter: what was typed and not asked for is let go.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.matches?.(".bar .find input, .column .narrow input")) return;
  event.preventDefault();
  event.target.value = event.target.defaultValue;
  event.target.blur();
  event.target.closest(".column")?.querySelector(".column-name")?.focus();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) document.getElementById("keys").showModal();
});

// Toasts: what was done, and the way back for as long as there is one.

function undoButton(undo, toast) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.undo = "";
  button.textContent = document.getElementById("words")?.dataset.undo ?? "Undo";
  const key = document.createElement("kbd");
  key.textContent = "u";
  if ("keys" in document.documentElement.dataset) button.append(" ", key);
  button.addEventListener("click", () => {
    toast.remove();
    htmx.ajax("POST", undo.url, { source: "#toasts", target: "#toasts", swap: "none", values: undo.values ?? {} });
  });
  return button;
}

document.addEventListener("resonanz:toast", (event) => {
  const { say, undo } = event.detail;
  const place = document.getElementById("toasts");
  const toast = document.createElement("p");
  toast.className = "toast";
  const words = document.createElement("span");
  words.textContent = say;
  toast.append(words);
  if (undo) toast.append(undoButton(undo, toast));
  place.replaceChildren(toast);
  let left = undo ? undo.seconds : 4;
  const clock = setInterval(() => {
    if (!undo?.sending && toast.matches(":hover, :focus-within")) return; // still being read
    left -= 1;
    if (left > 0) return;
    clearInterval(clock);
    toast.remove();
  }, 1000);
});

// What was said on the page before: nobody else waits, say, and the inbox came instead of the next one.
const carried = sessionStorage.getItem("resonanz-toast");
if (carried) {
  sessionStorage.removeItem("resonanz-toast");
  document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: JSON.parse(carried) }));
}
