// Makes the pages live. Every page works without it: what it does, a form or a link does too.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// ── times ────────────────────────────────────────────────────────────────────────────────────
const lang = document.documentElement.lang;
const absolute = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
const { past, days } = document.body.dataset; // the server's words: "{span} ago", "{n} days"

function ago(moment) {
  const minutes = Math.floor((Date.now() - moment) / 60_000);
  if (minutes < 1) return null; // "just now" and "in 40 s" are the server's words
  const hours = Math.floor(minutes / 60);
  const span = minutes < 60 ? `${minutes} min` : hours < 48 ? `${hours} h` : days.replace("{n}", Math.floor(hours / 24));
  return past.replace("{span}", span);
}

function tell() {
  for (const time of all("time[data-ago]")) {
    const moment = new Date(time.dateTime);
    const words = ago(moment);
    if (words) time.textContent = words;
    time.title = absolute.format(moment);
  }
}

// ── what was done, and undo ──────────────────────────────────────────────────────────────────
let countdown = 0;

function startCountdown() {
  clearInterval(countdown);
  const flash = $("#flash .flash");
  let left = Number(flash?.dataset.seconds);
  if (!flash || !left) return;
  const show = () => {
    const shown = $(".left", flash);
    if (shown) shown.textContent = ` ${left}`;
    if (left-- <= 0) {
      clearInterval(countdown);
      flash.remove();
    }
  };
  show();
  countdown = setInterval(show, 1000);
  history.replaceState(null, "", withoutFlash(location.href));
}

function withoutFlash(address) {
  const url = new URL(address, location.href);
  for (const name of ["done", "n", "at", "undo", "pick"]) url.searchParams.delete(name);
  return url.href;
}

// ── actions without losing one's place ───────────────────────────────────────────────────────
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
  takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

// Only what the page already shows is replaced: nothing comes in, nothing moves.
function takeOver(fresh) {
  const here = current();
  const focused = document.activeElement?.closest(".story")?.id;
  for (const old of all(".story")) {
    const now = fresh.getElementById(old.id);
    if (now) old.replaceWith(document.adoptNode(now));
    else old.classList.add("done"); // the filter no longer has it; it stays until the next load
  }
  for (const ticked of all(".pick input:checked")) ticked.checked = false;
  const flash = fresh.getElementById("flash");
  if (flash) $("#flash").replaceChildren(...flash.childNodes);
  if (here) mark($(`#${here.id}`), focused === here.id);
  const why = $("#flash [name=reason]");
  if (why) why.focus();
  tell();
  startCountdown();
  look();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".filters")) {
    // an address says only what is filtered by
    for (const field of form.elements) field.disabled = field.name && (!field.value || field.value === "told");
    return;
  }
  const inPlace = form.matches("#desk, #flash form") && $("#desk");
  if (!inPlace || !form.closest("main")) return;
  event.preventDefault();
  send(form, event.submitter);
});

// ── the keyboard ─────────────────────────────────────────────────────────────────────────────
const current = () => $(".story.here");

function mark(story, focus = true) {
  if (!story) return;
  current()?.classList.remove("here");
  story.classList.add("here");
  if (focus) {
    $("h2 a", story).focus({ preventScroll: true });
    story.scrollIntoView({ block: "nearest" });
  }
}

function step(by) {
  const stories = all(".story");
  const at = stories.indexOf(current());
  mark(stories[at < 0 ? 0 : Math.min(stories.length - 1, Math.max(0, at + by))]);
}

function act(verb) {
  const ticked = all(".pick input:checked").length;
  if (ticked) return $(`.bulk button[value=${verb}]`)?.click();
  const story = current() ?? $(".story");
  mark(story);
  return $(`.acts button[value^="${verb}:"]`, story)?.click();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => $("h2 a", current() ?? document)?.click(),
  x: () => $(".pick input", current() ?? document)?.click(),
  a: () => act("ack"),
  r: () => act("relevant"),
  n: () => act("irrelevant"),
  u: () => $("#undo")?.click(),
  "/": () => $("input[name=q]")?.focus(),
  "?": () => $("#keys")?.showModal(),
};
const onStory = { a: "#do-ack", r: "#do-relevant", u: "#undo" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");
  if (field) {
    if (event.key === "Escape") field.blur?.();
    return;
  }
  const press = onStory[event.key];
  const does = $("#keys") ? keys[event.key] : press && $(press) && (() => $(press).click());
  if (!does) return;
  event.preventDefault();
  does();
});

document.addEventListener("focusin", (event) => {
  const story = event.target.closest(".story");
  if (story && story !== current()) mark(story, false);
});

// Back from a filtered page: what was left out of the address can be used again.
addEventListener("pageshow", () => all(".filters :disabled").forEach((field) => (field.disabled = false)));

$("#keys-open")?.removeAttribute("hidden");
$("#keys-open")?.addEventListener("click", () => $("#keys").showModal());

// ── "12 new" ─────────────────────────────────────────────────────────────────────────────────
async function look() {
  const { newest, filter } = document.body.dataset;
  const line = $(".say .new");
  if (!newest || !line) return;
  const answer = await fetch(`/newer?${filter ? `${filter}&` : ""}than=${encodeURIComponent(newest)}`).catch(() => null);
  if (!answer?.ok) return;
  const { newer } = await answer.json();
  const link = $("a", line);
  const words = newer === 1 ? link.dataset.one : link.dataset.many.replace("{n}", newer);
  if (newer && link.textContent !== words) link.textContent = words;
  line.hidden = !newer;
}

if (document.body.dataset.newest) {
  const events = new EventSource(document.body.dataset.live);
  events.addEventListener("stories", look);
  addEventListener("pagehide", () => events.close());
}

tell();
setInterval(tell, 30_000);
startCountdown();
