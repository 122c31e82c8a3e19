// Reports newer stories: above the list, in the title of the tab, and, if the reader wants it, by a
// notification of the desktop and a sound.
"use strict";

const pageTitle = document.title;
const MOST_COUNTED = 100; // the server counts no further
let latest = { newer: 0, title: "" };

async function countNewer() {
  const { newest, filter } = document.body.dataset;
  const line = $(".newer p");
  if (!newest || !line) return;
  const answer = await fetch(`${BASE}newer?${filter ? `${filter}&` : ""}than=${encodeURIComponent(newest)}`).catch(() => null);
  if (!answer?.ok) return;
  const { newer, title } = await answer.json();
  const link = $("a", line);
  const text = newer === 1 ? link.dataset.one : link.dataset.many.replace("{n}", newer);
  if (newer && link.textContent !== text) link.textContent = text;
  line.hidden = !newer;
  document.title = newer ? `(${newer}) ${pageTitle}` : pageTitle;
  const isMore = newer > latest.newer || (newer >= MOST_COUNTED && title !== latest.title);
  latest = { newer, title };
  if (isMore) announce(text, title, link.href);
}

if (document.body.dataset.newest) {
  const events = new EventSource(document.body.dataset.events);
  events.addEventListener("stories", countNewer);
  events.addEventListener("error", () => checkConnection()); // of connection.js
  addEventListener("pagehide", () => events.close());
}

// ── options of this browser ──────────────────────────────────────────────────────────────────
function isOn(name) {
  try {
    return localStorage.getItem(`wirewatch.${name}`) === "on";
  } catch {
    return false;
  }
}

function turn(name, on) {
  try {
    localStorage.setItem(`wirewatch.${name}`, on ? "on" : "off");
  } catch {
    // the choice then lasts as long as the page
  }
}

function announce(text, title, address) {
  if ($("#sound")?.checked) playOnce();
  if ($("#notify")?.checked && !document.hasFocus()) notify(text, title, address);
}

function notify(text, title, address) {
  try {
    const notification = new Notification(text, { body: title, tag: "wirewatch", renotify: true, icon: `${BASE}static/icon.svg` });
    notification.onclick = () => {
      notification.close();
      window.focus();
      location.assign(address);
    };
  } catch {
    refuseNotifications(); // some phones allow them to service workers only
  }
}

function refuseNotifications() {
  const box = $("#notify");
  box.checked = false;
  turn("notify", false);
  $("#notices-note").textContent = box.dataset.refused;
}

async function chooseNotifications(event) {
  $("#notices-note").textContent = "";
  turn("notify", event.target.checked);
  if (!event.target.checked) return;
  const permission = window.Notification ? await Notification.requestPermission() : "denied";
  if (permission !== "granted") refuseNotifications();
}

// ── the sound: two soft tones ────────────────────────────────────────────────────────────────
let audio = null;

// Browsers let a page make sounds once it was clicked or a key was pressed in it.
function wakeAudio() {
  if (!$("#sound")?.checked) return;
  audio ??= new AudioContext();
  audio.resume();
}

function play() {
  if (audio?.state !== "running") return;
  [660, 880].forEach((pitch, number) => {
    const begin = audio.currentTime + number * 0.16;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.2, begin + 0.02);
    volume.gain.linearRampToValueAtTime(0, begin + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.3);
  });
}

// Of several tabs with a list, one sounds.
function playOnce() {
  const now = Date.now();
  try {
    if (now - Number(localStorage.getItem("wirewatch.sounded")) < 1500) return;
    localStorage.setItem("wirewatch.sounded", now);
  } catch {
    // each tab sounds
  }
  play();
}

async function chooseSound(event) {
  turn("sound", event.target.checked);
  if (!event.target.checked) return;
  audio ??= new AudioContext();
  await audio.resume();
  play();
}

if ($("#notices")) {
  $("#notices").hidden = false;
  $("#notify").checked = isOn("notify") && window.Notification?.permission === "granted";
  $("#sound").checked = isOn("sound");
  $("#notify").addEventListener("change", chooseNotifications);
  $("#sound").addEventListener("change", chooseSound);
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, wakeAudio, { once: true });
}
