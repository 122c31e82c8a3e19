// Updates pages in place. Every page also works without it: each action is a form or a link.
"use strict";

// Where the console is: a proxy may have it under a path.
const BASE = new URL("..", document.currentScript.src).href;

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// ── times ────────────────────────────────────────────────────────────────────────────────────
const lang = document.documentElement.lang;
const texts = document.body.dataset; // the server's texts, such as "{span} ago" and "{n} days"

// The server writes times in the zone that this cookie names; the first page is read again in it.
function nameZone() {
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  if (!zone || zone.replace("Etc/", "") === texts.zone) return;
  try {
    if (sessionStorage.zone === zone) return; // tried: the server does not know it
    sessionStorage.zone = zone;
  } catch {
    return; // storage is refused, and cookies are too
  }
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `wirewatch_zone=${zone}; path=/; max-age=31536000; samesite=strict${secure}`;
  if (document.cookie.includes(`wirewatch_zone=${zone}`)) location.reload();
}

function ago(moment) {
  const minutes = Math.floor((Date.now() - moment) / 60_000);
  if (minutes < 1) return null; // "just now" and "in 40 s" stay as the server wrote them
  const hours = Math.floor(minutes / 60);
  const [text, n] =
    minutes < 60 ? [texts.minutes, minutes]
    : hours < 48 ? [texts.hours, hours]
    : [texts.days, Math.floor(hours / 24)];
  return texts.ago.replace("{span}", text.replace("{n}", n));
}

function updateTimes() {
  for (const time of all("time[data-ago]")) {
    const moment = new Date(time.dateTime);
    const text = ago(moment);
    if (text) time.textContent = text;
  }
}

// ── confirmations and undo ───────────────────────────────────────────────────────────────────
let countdown = 0;

function startCountdown() {
  clearInterval(countdown);
  const flash = $("#flash .flash");
  let left = Number(flash?.dataset.seconds);
  if (!flash || !left) return;
  const tick = () => {
    const label = $(".seconds-left", flash);
    if (label) label.textContent = ` ${left}`;
    if (left-- <= 0) {
      clearInterval(countdown);
      const focused = flash.contains(document.activeElement);
      flash.remove();
      if (focused) focusList();
    }
  };
  tick();
  countdown = setInterval(tick, 1000);
  history.replaceState(null, "", withoutFlash(location.href));
}

function withoutFlash(address) {
  const url = new URL(address, location.href);
  for (const name of ["done", "n", "at", "undo", "pick", "until"]) url.searchParams.delete(name);
  return url.href;
}

// ── actions that keep the reader's position ──────────────────────────────────────────────────
async function send(form, button) {
  const answer = await post(form, button); // of connection.js
  if (answer) update(parse(await answer.text()));
}

// Replaces the stories that the page already shows. None are added, so nothing moves.
function update(fresh) {
  const story = current();
  const focused = Boolean(document.activeElement?.closest(".story, #flash"));
  for (const old of all(".story")) {
    const replacement = fresh.getElementById(old.id);
    if (replacement) old.replaceWith(document.adoptNode(replacement));
    else old.classList.add("done"); // it no longer matches the filter; it stays until a reload
  }
  for (const box of all(".pick input:checked")) box.checked = false;
  const flash = fresh.getElementById("flash");
  if (flash) $("#flash").replaceChildren(...flash.childNodes);
  if (focused) focusList(story);
  else if (story) makeCurrent(document.getElementById(story.id), false);
  $("#flash [name=reason]")?.focus();
  updateTimes();
  startCountdown();
  countNewer();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".filters")) {
    // leave unused fields out of the address
    for (const field of form.elements) field.disabled = field.name && (!field.value || field.value === "told");
    return;
  }
  const inPlace = form.matches("#stories, #flash form") && $("#stories");
  if (!inPlace || !form.closest("main")) return;
  event.preventDefault();
  send(form, event.submitter);
});

// The back button may show a filter whose unused fields were disabled when it was sent.
addEventListener("pageshow", () => all(".filters :disabled").forEach((field) => (field.disabled = false)));

nameZone();
updateTimes();
setInterval(updateTimes, 30_000);
startCountdown();
