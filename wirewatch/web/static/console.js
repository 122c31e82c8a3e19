// Updates pages in place. Every page also works without it: each action is a form or a link.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// ── times ────────────────────────────────────────────────────────────────────────────────────
const lang = document.documentElement.lang;
const absolute = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
const texts = document.body.dataset; // the server's texts, such as "{span} ago" and "{n} days"

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
    time.title = absolute.format(moment);
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
      flash.remove();
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
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.append(button.name, button.value);
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: fields });
  } catch {
    form.submit();
    return;
  }
  if (!answer.ok) {
    location.reload();
    return;
  }
  update(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

// Replaces the stories that the page already shows. None are added, so nothing moves.
function update(fresh) {
  const story = current();
  const focused = document.activeElement?.closest(".story")?.id;
  for (const old of all(".story")) {
    const replacement = fresh.getElementById(old.id);
    if (replacement) old.replaceWith(document.adoptNode(replacement));
    else old.classList.add("done"); // it no longer matches the filter; it stays until a reload
  }
  for (const box of all(".pick input:checked")) box.checked = false;
  const flash = fresh.getElementById("flash");
  if (flash) $("#flash").replaceChildren(...flash.childNodes);
  if (story) makeCurrent($(`#${story.id}`), focused === story.id);
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

// ── keyboard shortcuts ───────────────────────────────────────────────────────────────────────
const current = () => $(".story.current");

function makeCurrent(story, focus = true) {
  if (!story) return;
  current()?.classList.remove("current");
  story.classList.add("current");
  if (focus) {
    $("h2 a", story).focus({ preventScroll: true });
    story.scrollIntoView({ block: "nearest" });
  }
}

function move(by) {
  const stories = all(".story");
  const index = stories.indexOf(current());
  makeCurrent(stories[index < 0 ? 0 : Math.min(stories.length - 1, Math.max(0, index + by))]);
}

function act(verb) {
  if (all(".pick input:checked").length) return $(`.bulk button[value=${verb}]`)?.click();
  const story = current() ?? $(".story");
  makeCurrent(story);
  return $(`.acts button[value^="${verb}:"]`, story)?.click();
}

const listKeys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => $("h2 a", current() ?? document)?.click(),
  x: () => $(".pick input", current() ?? document)?.click(),
  a: () => act("ack"),
  r: () => act("relevant"),
  n: () => act("irrelevant"),
  u: () => $("#undo")?.click(),
  "/": () => $("input[name=q]")?.focus(),
  "?": () => $("#shortcuts")?.showModal(),
};
const storyKeys = { a: "#do-ack", r: "#do-relevant", u: "#undo" };

function actionOf(key) {
  if ($("#shortcuts")) return listKeys[key];
  const button = storyKeys[key] && $(storyKeys[key]);
  return button && (() => button.click());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");
  if (field) {
    if (event.key === "Escape") field.blur?.();
    return;
  }
  const action = actionOf(event.key);
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("focusin", (event) => {
  const story = event.target.closest(".story");
  if (story && story !== current()) makeCurrent(story, false);
});

// The back button may show a filter whose unused fields were disabled when it was sent.
addEventListener("pageshow", () => all(".filters :disabled").forEach((field) => (field.disabled = false)));

$("#shortcuts-open")?.removeAttribute("hidden");
$("#shortcuts-open")?.addEventListener("click", () => $("#shortcuts").showModal());

// ── "12 new stories" ─────────────────────────────────────────────────────────────────────────
async function countNewer() {
  const { newest, filter } = document.body.dataset;
  const line = $(".newer p");
  if (!newest || !line) return;
  const answer = await fetch(`/newer?${filter ? `${filter}&` : ""}than=${encodeURIComponent(newest)}`).catch(() => null);
  if (!answer?.ok) return;
  const { newer } = await answer.json();
  const link = $("a", line);
  const text = newer === 1 ? link.dataset.one : link.dataset.many.replace("{n}", newer);
  if (newer && link.textContent !== text) link.textContent = text;
  line.hidden = !newer;
}

if (document.body.dataset.newest) {
  const events = new EventSource(document.body.dataset.events);
  events.addEventListener("stories", countNewer);
  addEventListener("pagehide", () => events.close());
}

updateTimes();
setInterval(updateTimes, 30_000);
startCountdown();
