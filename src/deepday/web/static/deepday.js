// Comfort only: every page works without this file.
"use strict";

// The time zone that this browser lives in, where the form has none yet.
for (const field of document.querySelectorAll("[data-zone]")) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

// Work under way: look again without loading the page, and follow when it is over.
const working = document.querySelector("[data-working]");
if (working) {
  const look = async () => {
    const typing = working.contains(document.activeElement) && document.activeElement.matches("input");
    if (!typing) {
      try {
        const answer = await fetch(working.dataset.working, { redirect: "manual" });
        if (answer.type === "opaqueredirect") return window.location.reload();
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-working]");
        if (fresh && fresh.innerHTML !== working.innerHTML) working.replaceChildren(...fresh.childNodes);
      } catch {
        return;
      }
    }
    window.setTimeout(look, 1000);
  };
  window.setTimeout(look, 500);
}

// The plan: a day can be dragged to another date; the form that moves it does the work.
let dragged = "";
for (const cell of document.querySelectorAll(".cell.deep:not(.past)")) {
  cell.draggable = true;
  cell.addEventListener("dragstart", (event) => {
    dragged = cell.dataset.date;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
  });
}
for (const cell of document.querySelectorAll(".cell:not(.deep):not(.past)")) {
  const form = () => document.querySelector(`#day-${CSS.escape(dragged)} form[action="/plan/move"]`);
  const allowed = () => {
    const target = dragged && form();
    return target && [...target.elements.to.options].some((one) => one.value === cell.dataset.date);
  };
  cell.addEventListener("dragover", (event) => {
    if (!allowed()) return;
    event.preventDefault();
    cell.classList.add("target");
  });
  cell.addEventListener("dragleave", () => cell.classList.remove("target"));
  cell.addEventListener("drop", (event) => {
    cell.classList.remove("target");
    if (!allowed()) return;
    event.preventDefault();
    const target = form();
    target.elements.to.value = cell.dataset.date;
    target.requestSubmit();
  });
}

// What was done is read out, and stands where the eye is.
const said = document.querySelector(".said");
if (said) said.scrollIntoView({ block: "nearest" });
