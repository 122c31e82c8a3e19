// Keyboard shortcuts of every page, and where the focus is after an action. `?` lists the keys.
"use strict";

document.documentElement.classList.add("keys"); // shows the digits of reasons

// What the pages of one tab remember of each other; a browser may forbid it.
function recall(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`wirewatch.${name}`));
  } catch {
    return null;
  }
}

function note(name, value) {
  try {
    sessionStorage.setItem(`wirewatch.${name}`, JSON.stringify(value));
  } catch {
    // the next page then begins at its top
  }
}

// ── rows: stories, search results, rows of tables ────────────────────────────────────────────
const target = (row) => $("h2 a", row) ?? $("th a", row) ?? $("a, button", row);
const rows = () => all(".story, main tbody tr").filter(target);
const current = () => $(".current");
const isStory = Boolean($("#timeline"));

function makeCurrent(row, focus = true) {
  if (!row) return;
  current()?.classList.remove("current");
  row.classList.add("current");
  if (focus) {
    target(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

// Focuses a story after an action: the same one, or else the list itself.
function focusList(story = current()) {
  const row = story && document.getElementById(story.id);
  if (row) makeCurrent(row);
  else $("main").focus();
}

function move(by) {
  if (isStory) return visit(by);
  const list = rows();
  const index = list.indexOf(current());
  makeCurrent(list[index < 0 ? 0 : Math.min(list.length - 1, Math.max(0, index + by))]);
}

// From one story's page to that of the next one in the list from which it was opened.
function visit(by) {
  const stories = recall("list")?.stories ?? [];
  const index = stories.indexOf(location.pathname);
  const next = index < 0 ? null : stories[index + by];
  if (next) location.assign(next);
}

function backToList() {
  if (isStory) note("from", location.pathname);
  location.assign(recall("list")?.address ?? BASE);
}

// ── actions ──────────────────────────────────────────────────────────────────────────────────
function act(verb) {
  if (isStory) return $(`#do-${verb}`)?.click();
  const inBulk = $(`.bulk button[value=${verb}]`);
  if (all(".pick input:checked").length) return inBulk?.click();
  const story = current() ?? $(".story");
  makeCurrent(story);
  const button = story && $(`.acts button[value^="${verb}:"]`, story);
  if (button) return button.click();
  const box = story && $(".pick input", story);
  if (verb !== "close" || !box || !inBulk) return;
  box.checked = true;
  inBulk.click();
}

function judgeIrrelevant() {
  if (isStory) $(".reasons input:checked, .reasons input")?.focus();
  else act("irrelevant");
}

// The question "why is it not relevant?" is answered by a digit: below the list, or on a story's page.
function answerReason(digit) {
  const button = all("#flash [name=reason]")[digit - 1];
  if (button) return button.click();
  const choice = document.activeElement?.closest(".reasons") && all(".reasons input")[digit - 1];
  if (!choice) return;
  choice.checked = true;
  choice.form.requestSubmit();
}

function skipReason() {
  if (document.activeElement?.closest(".views[open]")) {
    $(".views").open = false;
    return $(".views summary").focus();
  }
  if (document.activeElement?.closest(".reasons")) return $("main").focus();
  if (!$("#flash [name=reason]")) return;
  $("#flash .flash").remove();
  focusList();
}

function search() {
  const field = $("main input[name=q]");
  if (field) field.focus();
  else location.assign(`${BASE}search`);
}

function openViews() {
  const views = $(".views");
  if (!views) return;
  views.open = true;
  ($("a", views) ?? $("summary", views)).focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => (current() ? target(current()) : $(".story h2 a"))?.click(),
  x: () => current() && $(".pick input", current())?.click(),
  a: () => act("ack"),
  r: () => act("relevant"),
  n: judgeIrrelevant,
  c: () => act("close"),
  w: () => act("reopen"),
  u: () => $("#undo")?.click(),
  m: () => $("#all-seen")?.click(),
  v: openViews,
  l: backToList,
  "/": search,
  "?": () => $("#shortcuts")?.showModal(),
  Escape: skipReason,
};
for (let digit = 1; digit <= 9; digit += 1) keys[digit] = () => answerReason(digit);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog[open]");
  if (field) {
    if (event.key === "Escape") field.blur?.();
    return;
  }
  const action = Object.hasOwn(keys, event.key) && keys[event.key];
  if (!action) return;
  if (event.key !== "Escape") event.preventDefault();
  action();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest(".story, main tbody tr");
  if (row && row !== current() && target(row)) makeCurrent(row, false);
});

$("#shortcuts-open")?.removeAttribute("hidden");
$("#shortcuts-open")?.addEventListener("click", () => $("#shortcuts").showModal());

// ── focus on the next page ───────────────────────────────────────────────────────────────────
// A form that leads back to its own page leaves the focus on the button, if it is still there.
document.addEventListener("submit", (event) => {
  const { submitter, target: form } = event;
  if (event.defaultPrevented || form.method !== "post" || !form.closest("main")) return;
  const button = submitter?.id ? `#${submitter.id}` : submitter?.name && `[name="${submitter.name}"][value="${submitter.value}"]`;
  note("submitted", { path: location.pathname, button });
});

function focusAfterLoad() {
  const submitted = recall("submitted");
  note("submitted", null);
  if (submitted?.path === location.pathname) {
    const button = submitted.button && $(submitted.button);
    (button || $("#undo") || $("main")).focus({ preventScroll: Boolean(button) });
  }
  const from = recall("from");
  note("from", null);
  if (from && !isStory) makeCurrent($(`.story h2 a[href="${CSS.escape(from)}"]`)?.closest(".story"));
}

if ($("ol.stories") && document.body.dataset.newest !== undefined) {
  const stories = all(".story h2 a").map((link) => link.pathname);
  note("list", { address: location.pathname + location.search, stories });
}
focusAfterLoad();
