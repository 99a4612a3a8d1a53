// Alarms: the list and a ring follow what happens, and a ring is answered by whatever button names its key.

const OF_ALARMS = ["alarm_rang", "alarm_over", "alarm_answered", "alarm_changed"];
let telling = 0;

document.addEventListener("resonanz:key", (event) => {
  const button = document.querySelector(`main [data-key="${CSS.escape(event.detail.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// Several alarms may ring at once: one look for all of them.
function news() {
  clearTimeout(telling);
  telling = setTimeout(() => document.dispatchEvent(new CustomEvent("alarm-news")), 200);
}

document.addEventListener("resonanz:told", (event) => OF_ALARMS.includes(event.detail.kind) && news());
document.addEventListener("resonanz:caught-up", news);
