// A post that is answered on the network itself: what was typed here goes along in the clipboard, and stays until
// somebody says that it is answered there. Taking that back brings the words back.

const words = document.getElementById("words").dataset;

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-answer-there]")) return; // the link opens by itself
  const typed = document.getElementById("reply-text")?.value.trim();
  if (!typed) return;
  try {
    await navigator.clipboard.writeText(typed);
    document.dispatchEvent(new CustomEvent("resonanz:toast", { detail: { say: words.copied } }));
  } catch {
    // not allowed here: the words stand in the box, to be copied by hand
  }
});

let answered = ""; // what was in the box when somebody said so

document.addEventListener("htmx:afterRequest", (event) => {
  const area = document.getElementById("reply-text");
  const verb = event.detail.pathInfo?.requestPath?.match(/\/(there|not_there)$/)?.[1];
  if (!area || !verb || !event.detail.successful) return;
  if (verb === "there") answered = area.value;
  area.value = verb === "there" ? "" : area.value || answered;
  area.dispatchEvent(new Event("input", { bubbles: true })); // counted and kept
});
