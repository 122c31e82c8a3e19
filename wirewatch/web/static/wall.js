// Renews the wall when stories change, and once a minute for the times and the status.
"use strict";

let stale = 0;

async function renew() {
  try {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("html.wall main");
    if (!answer.ok || !fresh) throw new Error(`${answer.status}`);
    document.querySelector("main").replaceWith(document.adoptNode(fresh));
    stale = 0;
  } catch {
    stale += 1; // the time above says how old the page is
    document.querySelector(".stale").hidden = false;
    if (stale > 1) return;
    setTimeout(renew, 5_000);
  }
}

const events = new EventSource(document.body.dataset.events);
events.addEventListener("stories", renew);
addEventListener("pagehide", () => events.close());
setInterval(renew, 60_000);
