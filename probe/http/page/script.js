"use strict";
// Refreshes the page in place, and shows its times in the reader's zone. Without it, the page
// refreshes as a whole.
const seconds = 5;
let paused = false;

function localize() {
  for (const time of document.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const today = at.toDateString() === new Date().toDateString();
    time.title = time.dateTime;
    time.textContent = today
      ? at.toLocaleTimeString()
      : at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  }
}

function groups() {
  return [...document.querySelectorAll("details")].map(({ id, open }) => ({ id, open }));
}

async function refresh() {
  const note = document.getElementById("note");
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = groups();
    const focused = document.activeElement && document.activeElement.id;
    for (const id of ["head", "main"]) {
      document.getElementById(id).replaceWith(next.getElementById(id));
    }
    for (const { id, open } of before) {
      const group = document.getElementById(id);
      if (group) group.open = open;
    }
    if (focused) document.getElementById(focused)?.focus();
    document.title = next.title;
    document.getElementById("icon").href = next.getElementById("icon").getAttribute("href");
    note.textContent = "";
    localize();
  } catch (error) {
    note.textContent = `Not refreshed: ${error.message}. What is shown may be old.`;
  }
}

async function turn() {
  if (!paused && !document.hidden) await refresh();
  setTimeout(turn, seconds * 1000);
}

const button = document.getElementById("pause");
button.hidden = false;
button.addEventListener("click", () => {
  paused = !paused;
  button.textContent = paused ? "Continue refreshing" : "Pause refreshing";
  if (!paused) refresh();
});
const filter = document.getElementById("filter");
filter?.addEventListener("input", () => {
  history.replaceState(null, "", `?${new URLSearchParams(new FormData(filter))}`);
  refresh();
});
localize();
setTimeout(turn, seconds * 1000);
