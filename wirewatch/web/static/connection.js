// Notices when the console does not answer, keeps the status of an open page current, and sends
// forms so that a failure leaves the page as it is. Every form also works without it.
"use strict";

const CHECK_MS = 15_000; // an open page is never older than this without saying so
const RETRY_MS = 3_000;
const ANSWER_MS = 10_000;
const notice = $("#connection");
const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" });
let answeredAt = Date.now();
let isLost = false;
let isLeaving = false; // a page that is left aborts its own requests
let nextCheck = 0;
let newestCheck = 0;

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

// ── the banner ───────────────────────────────────────────────────────────────────────────────
function showNotice(text, mood, link = "", href = "") {
  if (!notice.hidden && $("p", notice).firstChild?.data === `${text} `) return; // announced already
  const line = document.createElement("p");
  line.append(`${text} `);
  if (link) line.append(Object.assign(document.createElement("a"), { textContent: link, href }));
  notice.className = `notice ${mood}`;
  notice.replaceChildren(line);
  notice.hidden = false;
}

function showLost() {
  if (isLeaving) return;
  isLost = true;
  showNotice(notice.dataset.lost.replace("{at}", clock.format(answeredAt)), "bad");
  const status = $("#status");
  status.className = "status bad";
  $("a", status)?.replaceChildren(notice.dataset.unknown);
}

// ── is the console there, and what is the status? ────────────────────────────────────────────
// Returns whether the console answered. Of checks that overlap, the one that began last is shown:
// an answer that was long under way says nothing of now.
async function checkConnection() {
  clearTimeout(nextCheck);
  isLeaving = false;
  const check = ++newestCheck;
  let answer = null;
  let text = "";
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    answer = await fetch(`${BASE}status`, { cache: "no-store", redirect: "manual", signal });
    text = await answer.text();
  } catch {
    answer = null;
  }
  if (check !== newestCheck) return answer !== null;
  try {
    showStatus(answer, text);
  } catch {
    showLost(); // what answered is not the console
  }
  clearTimeout(nextCheck);
  nextCheck = setTimeout(checkConnection, isLost ? RETRY_MS : CHECK_MS);
  return !isLost;
}

function showStatus(answer, text) {
  if (answer?.type === "opaqueredirect") return showSignedOut();
  if (!answer || [502, 504].includes(answer.status)) return showLost(); // a proxy answers in its place
  const page = parse(text);
  if (!answer.ok) return showNotice(reasonOf(page, notice.dataset.failing), "bad");
  for (const id of ["status", "problems"]) $(`#${id}`).replaceWith(document.adoptNode(page.getElementById(id)));
  if (isLost) showNotice(notice.dataset.back.replace("{at}", clock.format(answeredAt)), "good", notice.dataset.reload, "");
  else if (!notice.matches(".good")) notice.hidden = true;
  isLost = false;
  answeredAt = Date.now();
}

function showSignedOut() {
  const next = encodeURIComponent(`/${location.href.slice(BASE.length).split("#")[0]}`);
  showNotice(notice.dataset.signedOut, "bad", notice.dataset.signIn, `${BASE}login?next=${next}`);
}

// The text of an error page; plain text and pages of a proxy have none that a reader would want.
const reasonOf = (page, otherwise) => $("main p", page)?.textContent.trim() || otherwise;

// ── forms ────────────────────────────────────────────────────────────────────────────────────
const labelOf = (button) => button?.ariaLabel || button?.firstChild?.textContent.trim() || "";

// Says what failed where confirmations are shown too, and leaves everything else as it is.
function showFailure(button, reason) {
  const place = $("#flash") ?? $("main").appendChild(Object.assign(document.createElement("div"), { id: "flash" }));
  const box = Object.assign(document.createElement("div"), { className: "flash failed", role: "alert" });
  const line = Object.assign(document.createElement("p"), {
    textContent: notice.dataset.failed.replace("{action}", labelOf(button)).replace("{reason}", reason),
  });
  box.append(line);
  document.dispatchEvent(new Event("stayed"));
  note("submitted", null); // the page stays, and the focus where it is
  place.replaceChildren(box);
}

// Sends a form. Returns the answer, or null after it has said why there is none.
async function post(form, button) {
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.append(button.name, button.value);
  const { noAnswer, outdated, failing, signedOut } = notice.dataset;
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: fields });
  } catch {
    showFailure(button, noAnswer);
    checkConnection();
    return null;
  }
  const isSignedOut = answer.status === 401 || answer.url.split("?")[0] === `${BASE}login`;
  if (answer.ok && !isSignedOut) return answer;
  if (isSignedOut) showSignedOut();
  const text = await answer.text();
  const refused = text.includes("X-Forwarded-Proto") ? text : outdated; // the former is for whoever runs the proxy
  const reason = { 401: signedOut, 403: refused, 502: noAnswer, 504: noAnswer }[answer.status];
  showFailure(button, isSignedOut ? signedOut : reason ?? reasonOf(parse(text), failing));
  return null;
}

async function sendForm(form, button) {
  const answer = await post(form, button);
  if (!answer) return;
  if (answer.redirected) {
    if (answer.url === location.href) location.reload();
    else location.assign(answer.url);
    return;
  }
  note("submitted", null);
  const page = parse(await answer.text());
  $("main").replaceWith(document.adoptNode($("main", page)));
  updateTimes();
  $("main").focus({ preventScroll: true });
  $(new URL(form.action).hash || "main [role=status]:not(:empty)")?.scrollIntoView({ block: "nearest" });
}

// The workbench saves by leaving its page, which must not be lost where the console is gone.
async function leaveBy(form, button) {
  isThere = await checkConnection();
  if (isThere) form.requestSubmit(button);
  else showFailure(button, notice.dataset.noAnswer);
  isThere = false;
}

let isThere = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !notice || form.method !== "post" || !form.closest("main")) return;
  if (form.id === "workbench" && isThere) return;
  event.preventDefault();
  if (form.id === "workbench") leaveBy(form, event.submitter);
  else sendForm(form, event.submitter);
});

if (notice) {
  addEventListener("beforeunload", () => (isLeaving = true));
  addEventListener("pageshow", () => (isLeaving = false));
  nextCheck = setTimeout(checkConnection, CHECK_MS);
  addEventListener("online", checkConnection);
  addEventListener("offline", checkConnection);
  document.addEventListener("visibilitychange", () => document.hidden || checkConnection());
}
