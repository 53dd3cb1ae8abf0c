"use strict";

// Keeps the page of a run up to date: at each change that the server tells of, the parts are fetched, and those that differ are replaced.
// Without this script, a reload shows the same.
const main = document.querySelector("main[data-live]");

// Part → its HTML as the server sent it, before the reader opened anything in it.
const shown = new Map();

function focusable(part) {
  return [...part.querySelectorAll("a, summary, button, [tabindex]")];
}

// What the reader opened, scrolled and focused in the old part is so in the new one.
function keepState(old, part) {
  const open = new Set([...old.querySelectorAll("details[open] .name")].map((name) => name.textContent));
  for (const details of part.querySelectorAll("details")) {
    details.open = open.has(details.querySelector(".name")?.textContent);
  }
  const scrolled = [...old.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
  const focus = focusable(old).indexOf(document.activeElement);
  old.replaceWith(part);
  part.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = scrolled[i] ?? 0; });
  if (focus >= 0) {
    focusable(part)[focus]?.focus({ preventScroll: true });
  }
}

function replaceParts(html) {
  const fetched = new DOMParser().parseFromString(html, "text/html");
  const names = new Set();
  let before = null;
  for (const part of [...fetched.querySelectorAll("[data-part]")]) {
    const name = part.dataset.part;
    const text = part.outerHTML;
    names.add(name);
    const old = main.querySelector(`:scope > [data-part="${CSS.escape(name)}"]`);
    if (!old) {
      before ? before.after(part) : main.prepend(part);
    } else if (shown.get(name) !== text) {
      keepState(old, part);
    }
    shown.set(name, text);
    before = old?.isConnected ? old : part;
  }
  for (const part of [...main.querySelectorAll(":scope > [data-part]")]) {
    if (!names.has(part.dataset.part)) {
      part.remove();
    }
  }
}

let isBusy = false;
let isStale = false;

async function refresh() {
  isStale = true;
  if (isBusy) {
    return;
  }
  isBusy = true;
  while (isStale) {
    isStale = false;
    try {
      const answer = await fetch(main.dataset.fragment, { cache: "no-store" });
      if (answer.ok) {
        replaceParts(await answer.text());
      }
    } catch {
      // The server is not there: the next change, or its return, tries again.
    }
  }
  isBusy = false;
}

if (main) {
  for (const part of main.querySelectorAll("[data-part]")) {
    shown.set(part.dataset.part, part.outerHTML);
  }
  const changes = new EventSource(main.dataset.live);
  changes.addEventListener("message", refresh);
  changes.addEventListener("open", refresh);
}
