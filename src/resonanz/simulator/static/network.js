// Keeps the timeline fresh without moving what is being read, counts characters, keeps ages right.
const EVERY_MS = 2500;
const URL_LENGTH = 23;
const LIMIT = 500;
const timeline = document.querySelector("#timeline");
const fresh = document.querySelector("#fresh");
document.documentElement.classList.add("scripted");

const ages = {
  de: ["gerade eben", (n) => `vor ${n} min`, (n) => `vor ${n} h`, (n) => `vor ${n} T`],
  en: ["just now", (n) => `${n} min ago`, (n) => `${n} h ago`, (n) => `${n} d ago`],
}[document.documentElement.lang];

function growOlder() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const s = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    const [step, n] = s < 60 ? [0, 0] : s < 3600 ? [1, s / 60] : s < 86400 ? [2, s / 3600] : [3, s / 86400];
    const text = step === 0 ? ages[0] : ages[step](Math.floor(n));
    if (time.textContent !== text) time.textContent = text;
  }
}

let waiting = null;

function put(wanted) {
  const known = new Map([...timeline.children].map((node) => [node.id, node]));
  const nodes = wanted.map((node) => {
    const old = known.get(node.id);
    return old && old.dataset.mark === node.dataset.mark ? old : node;
  });
  nodes.forEach((node, place) => {
    if (timeline.children[place] !== node) timeline.insertBefore(node, timeline.children[place] ?? null);
  });
  while (timeline.children.length > nodes.length) timeline.lastElementChild.remove();
  waiting = null;
  fresh.hidden = true;
}

function take(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const wanted = [...holder.content.children];
  if (scrollY < 60) return put(wanted);
  // Somebody is reading further down: change what is there in place, let the rest wait for a click.
  const byId = new Map(wanted.map((node) => [node.id, node]));
  for (const old of [...timeline.children]) {
    const now = byId.get(old.id);
    if (!now) old.remove();
    else if (now.dataset.mark !== old.dataset.mark) old.replaceWith(now.cloneNode(true));
  }
  const order = [...timeline.children].map((node) => node.id).join();
  waiting = order === wanted.map((node) => node.id).join() ? null : wanted;
  fresh.hidden = waiting === null;
}

async function look() {
  const address = new URL(timeline.dataset.source, location.href);
  address.searchParams.set("version", timeline.dataset.version);
  const answer = await fetch(address);
  if (!answer.ok) return;
  const { version, html } = await answer.json();
  timeline.dataset.version = version;
  if (html !== undefined) take(html);
}

async function watch() {
  try {
    if (!document.hidden) await look();
  } catch {
    // The network is away for a moment; the next look finds it again.
  }
  growOlder();
  setTimeout(watch, EVERY_MS);
}

if (timeline) {
  fresh.addEventListener("click", () => {
    if (waiting) put(waiting);
    scrollTo({ top: 0 });
  });
  document.querySelector("#as")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  setTimeout(watch, EVERY_MS);
}

const said = document.querySelector("#said");
const count = document.querySelector("#count");
if (said && count) {
  const segments = new Intl.Segmenter();
  const update = () => {
    const text = said.value
      .trim()
      .replaceAll(/https?:\/\/\S+/g, "x".repeat(URL_LENGTH))
      .replaceAll(/(@\w+)@[\w.-]+/g, "$1");
    const length = [...segments.segment(text)].length;
    count.textContent = `${length} ${count.dataset.of}`;
    count.classList.toggle("over", length > LIMIT);
  };
  said.addEventListener("input", update);
  update();
  if (location.hash === "#write") {
    said.focus();
    said.setSelectionRange(said.value.length, said.value.length);
  }
}
