// The editor of topics: marks in the margin, completion, results without leaving the text.
// Everything goes through the page's own form, whose buttons do the same without this script.
"use strict";

(() => {
  const form = $("#workbench");
  const text = $("#text");
  const gutter = $(".gutter");
  const list = $("#names");
  const live = $("#live");
  const address = form.getAttribute("action").split("#")[0];
  const SECTIONS = ["faults", "results", "changes", "terms", "judged"];
  const IDLE = 900; // milliseconds without a key until the text is checked
  const MOST_NAMES = 12;

  // ── sending the form ───────────────────────────────────────────────────────────────────────
  let request = null; // the one that is being answered
  let again = false; // whether the text has changed since it was sent
  let timer = 0;
  const opened = text.value;
  let leaving = false;

  async function send(name, value, { focus = "", typed = false } = {}) {
    clearTimeout(timer);
    if (typed && request) {
      again = true;
      return;
    }
    request?.abort();
    const mine = (request = new AbortController());
    const fields = new URLSearchParams(new FormData(form));
    fields.append(name, value);
    $("#results").classList.add("working");
    try {
      const answer = await fetch(address, { method: "POST", body: fields, signal: mine.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine === request) show(fresh, { changes: ["deny", "test"].includes(name), focus, typed });
    } catch (error) {
      if (error.name !== "AbortError") $("#results [role=status]").textContent = form.dataset.failed;
    }
    if (mine !== request) return;
    $("#results").classList.remove("working");
    request = null;
    if (again) checkSoon();
    again = false;
  }

  function checkSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => send("do", live.checked ? "try" : "check", { typed: true }), IDLE);
  }

  function show(fresh, { changes, focus, typed }) {
    const isBusy = fresh.getElementById("results").dataset.kind === "busy";
    again ||= isBusy && typed;
    for (const id of SECTIONS) {
      const [old, section] = [document.getElementById(id), fresh.getElementById(id)];
      if (!old || !section) continue;
      // While somebody types, nothing changes under another cursor, and results stay until others come.
      if (typed && old.contains(document.activeElement)) continue;
      if (typed && id === "results" && section.dataset.kind !== "trial") continue;
      if (isBusy && id !== "results") continue; // the text was not looked at
      if (typed && id === "terms" && !$(".terms", section)) continue; // the text has errors
      refresh(old, section);
    }
    showRunning(fresh);
    const answer = $("#text", fresh);
    for (const name of ["aria-invalid", "aria-describedby"]) {
      const value = answer.getAttribute(name);
      if (value === null) text.removeAttribute(name);
      else text.setAttribute(name, value);
    }
    form.elements.seen.value = $("[name=seen]", fresh).value;
    if (changes && answer.value !== text.value) replaceText(answer.value);
    drawGutter();
    updateTimes();
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    if (focus) document.getElementById(focus)?.scrollIntoView({ block: "nearest" });
  }

  // A region that screen readers follow stays the same element, and only changes where its text does.
  function refresh(old, section) {
    const [status, news] = [$("[role=status]", old), $("[role=status]", section)];
    if (!status || !news) {
      old.replaceWith(document.adoptNode(section));
      return;
    }
    if (status.textContent.trim() !== news.textContent.trim()) status.replaceChildren(...news.childNodes);
    while (status.nextSibling) status.nextSibling.remove();
    while (news.nextSibling) old.append(news.nextSibling);
    old.dataset.kind = section.dataset.kind ?? "";
  }

  function showRunning(fresh) {
    const [old, state] = [$("#running"), fresh.getElementById("running")];
    if (!state || state.dataset.state === old.dataset.state) return;
    old.replaceChildren(...state.childNodes);
    old.dataset.state = state.dataset.state;
  }

  // The browser's undo brings the text before back.
  function replaceText(value) {
    const [top, left] = [text.scrollTop, text.scrollLeft];
    text.focus({ preventScroll: true });
    text.select();
    if (!document.execCommand("insertText", false, value)) text.value = value;
    clearTimeout(timer);
    text.setSelectionRange(0, 0);
    [text.scrollTop, text.scrollLeft] = [top, left];
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const [name, value] = [button?.name ?? "do", button?.value ?? "check"];
    if (["save", "overwrite"].includes(value)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    send(name, value, { focus: value === "check" ? "faults" : "results" });
  });

  document.addEventListener("stayed", () => (leaving = false)); // of connection.js

  addEventListener("beforeunload", (event) => {
    if (!leaving && text.value !== opened) event.preventDefault();
  });

  text.addEventListener("input", () => {
    drawGutter();
    complete();
    checkSoon();
  });

  live.addEventListener("change", () => {
    if (live.checked) send("do", "try", { typed: true });
  });

  // ── after saving: until the running program uses the file ──────────────────────────────────
  let looks = 0;

  async function awaitReload() {
    if (["yes", "new"].includes($("#running").dataset.state) || looks++ > 20) return;
    try {
      const answer = await fetch(address);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      showRunning(fresh);
    } catch {
      // the next look may get an answer
    }
    setTimeout(awaitReload, 2000);
  }

  // ── lines and marks ────────────────────────────────────────────────────────────────────────
  function drawGutter() {
    const marks = new Map();
    for (const fault of all("#faults li")) {
      const line = Number(fault.dataset.line);
      if (line && marks.get(line) !== "bad") marks.set(line, fault.className);
    }
    const count = text.value.split("\n").length;
    const state = `${count} ${[...marks]}`;
    if (gutter.dataset.state === state) return;
    gutter.dataset.state = state;
    const rows = Array.from({ length: count }, (_, at) => {
      const row = document.createElement("span");
      row.textContent = String(at + 1);
      row.className = marks.get(at + 1) ?? "";
      return row;
    });
    const end = document.createElement("span"); // as high as the scroll bar below the text
    end.textContent = "\u00a0";
    gutter.replaceChildren(...rows, end);
    gutter.scrollTop = text.scrollTop;
  }

  text.addEventListener("scroll", () => {
    gutter.scrollTop = text.scrollTop;
    close();
  });

  document.addEventListener("click", (event) => {
    const fault = event.target.closest?.("#faults li a")?.closest("li");
    if (!fault) return;
    event.preventDefault();
    const lines = text.value.split("\n").slice(0, Number(fault.dataset.line) - 1);
    const at = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(fault.dataset.column) - 1;
    text.focus();
    text.setSelectionRange(at, at);
    text.scrollTop = Math.max(0, (lines.length - 5) * metrics().height);
    text.scrollIntoView({ block: "nearest" });
  });

  // ── completion of concepts and entities ────────────────────────────────────────────────────
  let names = null;
  let start = 0;
  let chosen = 0;

  async function loadNames() {
    if (names) return names;
    try {
      const found = await (await fetch(`${BASE}workbench/names`)).json();
      names = { $: found.concepts.map((id) => [id, ""]), "entity:": found.entities };
    } catch {
      return { $: [], "entity:": [] }; // the next key asks again
    }
    return names;
  }

  async function complete() {
    const before = text.value.slice(0, text.selectionStart);
    const match = /(\$|\bentity:)([\p{L}\p{N}_-]*)$/u.exec(before);
    if (!match) return close();
    const known = (await loadNames())[match[1]];
    const part = match[2].toLowerCase();
    const rank = ([id, name]) => {
      if (id.startsWith(part) || name.toLowerCase().startsWith(part)) return 0;
      return id.includes(part) || name.toLowerCase().includes(part) ? 1 : 2;
    };
    const own = match[1] === "$" ? ownTerms() : [];
    const fitting = [...own, ...known].filter((each) => rank(each) < 2);
    fitting.sort((a, b) => rank(a) - rank(b));
    if (!fitting.length || (fitting.length === 1 && fitting[0][0] === match[2])) return close();
    start = before.length - match[2].length;
    offer(fitting.slice(0, MOST_NAMES));
  }

  const ownTerms = () =>
    all("#terms [name=expand]")
      .map((button) => button.value)
      .filter((value) => value.startsWith("$") && !names.$.some(([id]) => `$${id}` === value))
      .map((value) => [value.slice(1), ""]);

  function offer(fitting) {
    list.replaceChildren(
      ...fitting.map(([id, name], at) => {
        const option = document.createElement("li");
        option.id = `name-${at}`;
        option.setAttribute("role", "option");
        option.dataset.id = id;
        option.textContent = id;
        if (name && name !== id) {
          const small = document.createElement("small");
          small.textContent = ` ${name}`;
          option.append(small);
        }
        return option;
      }),
    );
    list.hidden = false;
    text.setAttribute("role", "combobox");
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", "names");
    text.setAttribute("aria-expanded", "true");
    choose(0);
    place();
  }

  function choose(at) {
    const options = all("li", list);
    chosen = (at + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    options[chosen].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function close() {
    if (list.hidden) return;
    list.hidden = true;
    for (const name of ["role", "aria-autocomplete", "aria-controls", "aria-expanded", "aria-activedescendant"]) {
      text.removeAttribute(name);
    }
  }

  function accept(id) {
    text.setSelectionRange(start, text.selectionStart);
    if (!document.execCommand("insertText", false, id)) {
      text.setRangeText(id, start, text.selectionEnd, "end");
    }
    close();
  }

  function metrics() {
    const style = getComputedStyle(text);
    const context = document.createElement("canvas").getContext("2d");
    context.font = `${style.fontSize} ${style.fontFamily}`;
    return {
      width: context.measureText("0".repeat(50)).width / 50,
      height: parseFloat(style.lineHeight),
      top: parseFloat(style.paddingTop),
      left: parseFloat(style.paddingLeft),
    };
  }

  function place() {
    const size = metrics();
    const lines = text.value.slice(0, start).split("\n");
    const below = size.top + lines.length * size.height - text.scrollTop;
    const left = text.offsetLeft + size.left + lines.at(-1).length * size.width - text.scrollLeft;
    const above = below - size.height - list.offsetHeight;
    list.style.top = `${below + list.offsetHeight > text.clientHeight && above > 0 ? above : below}px`;
    list.style.left = `${Math.max(0, Math.min(left, form.clientWidth - list.offsetWidth))}px`;
  }

  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the text keeps the focus
    const option = event.target.closest("li");
    if (option) accept(option.dataset.id);
  });
  text.addEventListener("blur", close);
  text.addEventListener("click", (event) => {
    close();
    if (event.altKey) expandWord();
  });

  // ── keys ───────────────────────────────────────────────────────────────────────────────────
  function expandWord() {
    const at = text.selectionStart;
    const before = /[\p{L}\p{N}_$:=*?-]*$/u.exec(text.value.slice(0, at))[0];
    const after = /^[\p{L}\p{N}_*?-]*/u.exec(text.value.slice(at))[0];
    const word = (before + after).replace(/:$/, "");
    if (!word) return;
    $("#terms [name=term]").value = word;
    send("do", "expand", { focus: "results" });
  }

  const whileOpen = {
    ArrowDown: () => choose(chosen + 1),
    ArrowUp: () => choose(chosen - 1),
    Enter: () => accept(all("li", list)[chosen].dataset.id),
    Tab: () => accept(all("li", list)[chosen].dataset.id),
    Escape: close,
  };

  text.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (!list.hidden && plain && whileOpen[event.key]) {
      event.preventDefault();
      whileOpen[event.key]();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      complete();
    } else if (event.key === "Enter" && event.altKey) {
      event.preventDefault();
      expandWord();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      close();
    }
  });

  form.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && command) {
      event.preventDefault();
      send("do", "try", { focus: "results" });
    } else if (event.key === "s" && command && $(".save")) {
      event.preventDefault();
      $(".save").click();
    } else if (event.key === "Enter" && event.target.name === "term") {
      event.preventDefault();
      send("do", "expand", { focus: "results" });
    }
  });

  for (const element of all("[hidden]:is(.gutter, .live, .with-script)")) element.hidden = false;
  drawGutter();
  awaitReload();
})();
