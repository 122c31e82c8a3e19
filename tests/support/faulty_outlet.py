"""An outlet whose server fails at random, and an installation that follows it.

::

    seed ── Outlet: stories, feeds that show windows of them, pages ── faults by request ──▶ HTTP
                │ which stories a valid document had, which pages were whole       │
                └───────────────── check ◀── what the installation announced ◀─────┘

Everything but the port follows from the seed. After the rounds with faults the server is well, and
every story that a valid document had must be announced once, under its own headline, with the text
of its page if that was ever sent whole.
"""

from __future__ import annotations

import gzip
import random
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.support.faultserver import Exchange, FaultServer, redirect, reply
from tests.support.scripted_publisher import HTML

HOST = "bote.example"

Answer = Callable[[Exchange], bool | None]


@dataclass(frozen=True)
class Story:
    """An article; ``name`` is a word that no other story has."""

    name: str
    title: str
    sentences: tuple[str, ...]
    published: datetime

    @property
    def path(self) -> str:
        return f"/a/{self.name.lower().encode('ascii', 'ignore').decode()}-{self.number}"

    @property
    def number(self) -> int:
        return int(self.published.timestamp()) % 10_000_000

    @property
    def summary(self) -> str:
        return self.sentences[0]


def make_story(dice: random.Random, published: datetime) -> Story:
    """Return a story that has hardly a word of weight in common with another one."""

    def word(syllables: int) -> str:
        letters = (dice.choice("bdfgklmnprst") + dice.choice("aeiouäü") for _ in range(syllables))
        return "".join(letters).title()

    name, words = word(4), [word(dice.randint(3, 5)) for _ in range(40)]
    sentences = tuple(
        f"{name} hat {dice.choice(words).lower()} und {dice.choice(words)} bei "
        f"{dice.choice(words)} {dice.choice(words).lower()}, da {dice.choice(words)} "
        f"{dice.randint(1000, 9999)} an {dice.choice(words)} {dice.choice(words).lower()} ist."
        for _ in range(12)
    )
    return Story(name, f"{name} {words[0].lower()} {words[1]} mit {words[2]}", sentences, published)


@dataclass
class Section:
    """A feed of the outlet.

    Attributes:
        path: Where it is.
        guids: What its guids are: ``stable``, ``link``, ``none`` or ``position``.
        validators: ``good``, ``none``, ``constant`` (never changes) or ``changing``.
        shown: The stories of the present document, the newest first.
        moved: Whether guids and links have another scheme by now.
    """

    path: str
    guids: str
    validators: str
    shown: list[Story] = field(default_factory=list)
    moved: bool = False


class Outlet:
    """The outlet with its server."""

    def __init__(self, server: FaultServer, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)
        self.requests: Counter[str] = Counter()
        self.server = server
        self.is_well = False
        self.stories: list[Story] = []
        self.titles: dict[str, str] = {}
        self.served: set[str] = set()
        self.whole_pages: set[str] = set()
        self.sections = [
            Section(
                f"/{n}.xml",
                self.dice.choice(("stable", "stable", "link", "none", "position")),
                self.dice.choice(("good", "none", "constant", "changing")),
            )
            for n in range(self.dice.randint(1, 3))
        ]
        self.log: list[str] = []
        for section in self.sections:
            server.on(section.path, self._feed_handler(section))
            server.on(f"/moved{section.path}", self._document_of(section))
        server.on("/a", lambda exchange: exchange.reply(self.list_page(), headers=HTML))
        bare = "/a/"
        server.on(bare, lambda exchange: exchange.reply(self.list_page(bare=True), headers=HTML))
        server.on("/", reply(_page("Bote", "<p>Willkommen.</p>"), content_type="text/html"))

    def url(self, path: str) -> str:
        return self.server.url(path, host=HOST)

    def publish(self, now: datetime) -> None:
        """Write some stories, and let the sections show windows of all."""
        for n in range(self.dice.randint(0, 3)):
            story = make_story(self.dice, now - timedelta(minutes=7 * n + 1))
            self.stories.insert(0, story)
            self.titles[story.name] = story.title
            self.server.on(story.path, self._page_handler(story))
        for section in self.sections:
            size = self.dice.randint(1, 8)
            section.shown = self.stories[:size]
            if self.dice.random() < 0.3:
                self.dice.shuffle(section.shown)
            section.moved |= self.dice.random() < 0.1
        if self.stories and self.dice.random() < 0.4:
            self._retitle(self.dice.choice(self.stories[:5]))

    def _retitle(self, story: Story) -> None:
        edited = self.dice.choice((f"Eilmeldung: {story.title}", f"{story.title}: das Protokoll"))
        self.titles[story.name] = edited

    def _fault(self, path: str, faults: Sequence[str]) -> str:
        """Return what happens to the next request for a path, whatever is requested beside it."""
        self.requests[path] += 1
        dice = random.Random(f"{self.seed} {path} {self.requests[path]}")
        fault = "none" if self.is_well else dice.choice(faults)
        self.log.append(f"{path} {fault}")
        return fault

    def _feed_handler(self, section: Section) -> Answer:
        def answer(exchange: Exchange) -> bool | None:
            fault = self._fault(section.path, list(FEED_FAULTS))
            return FEED_FAULTS[fault](self, section)(exchange)

        return answer

    def _page_handler(self, story: Story) -> Answer:
        def answer(exchange: Exchange) -> bool | None:
            fault = self._fault(story.path, list(PAGE_FAULTS))
            return PAGE_FAULTS[fault](self, story)(exchange)

        return answer

    def _document_of(
        self, section: Section, encoding: str = "utf-8", content_type: str = "application/rss+xml"
    ) -> Answer:
        """Return what sends the document, or 304 where the validators say so."""

        def answer(exchange: Exchange) -> bool:
            shown = list(section.shown)
            body = self._document(section, shown, encoding)
            headers = {"Content-Type": content_type}
            tag = {
                "good": f'"{zlib.crc32(body)}"',
                "none": "",
                "constant": '"1"',
                "changing": f'"{self.requests[section.path]}"',
            }[section.validators]
            if tag:
                headers["ETag"] = tag
            is_stale = self.is_well and section.validators == "constant"
            if tag and exchange.request.header("if-none-match") == tag and not is_stale:
                return exchange.reply(status=304, headers=headers)
            exchange.reply(body, headers=headers)
            self.served |= {story.name for story in shown}
            return True

        return answer

    def _document(self, section: Section, shown: Sequence[Story], encoding: str) -> bytes:
        items = "".join(self._item(section, n, story) for n, story in enumerate(shown))
        text = (
            f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>'
            f"<title>Bote</title><link>{self.url('/')}</link>{items}</channel></rss>"
        )
        return text.encode(encoding)

    def _item(self, section: Section, position: int, story: Story) -> str:
        link = self.url(story.path) + ("?ref=rss" if section.moved else "")
        named = {"stable": f"id-{story.name}", "link": link, "none": "", "position": str(position)}
        guid = named[section.guids]
        if section.moved and section.guids == "stable":
            guid = f"https://neu.example/{guid}"
        guids = f"<guid isPermaLink='false'>{escape(guid)}</guid>" if guid else ""
        return (
            f"<item>{guids}<title>{escape(self.titles[story.name])}</title>"
            f"<link>{escape(link)}</link><description>{escape(story.summary)}</description>"
            f"<pubDate>{format_datetime(story.published)}</pubDate></item>"
        )

    def page(self, story: Story) -> bytes:
        parts = [" ".join(story.sentences[n : n + 3]) for n in range(0, 12, 3)]
        body = "".join(f"<p>{escape(part)}</p>" for part in parts)
        article = f"<article><h1>{{title}}</h1>{body}</article>"
        return _page(self.titles[story.name], article, self.url(story.path))

    def list_page(self, *, bare: bool = False) -> bytes:
        """Return the page that lists all articles."""
        teasers = "".join(
            f"<li><h2><a href='{s.path}'>{escape(self.titles[s.name])}</a></h2>"
            f"<p>{escape(s.summary)}</p></li>"
            for s in self.stories
        )
        heading = "" if bare else "<h1>{title}</h1>"
        return _page("Alle Meldungen", f"{heading}<ul>{teasers}</ul>", self.url("/a"))

    def whole_page(self, story: Story, content_type: str = HTML["Content-Type"]) -> Answer:
        """Return what sends the page of a story."""

        def answer(exchange: Exchange) -> bool:
            exchange.reply(self.page(story), headers={"Content-Type": content_type})
            self.whole_pages.add(story.name)
            return True

        return answer


def _page(title: str, body: str, own: str = "") -> bytes:
    canonical = f"<link rel=canonical href='{own}'>" if own else ""
    inner = body.replace("{title}", escape(title))
    return (
        f"<!doctype html><html lang=de><head><meta charset=utf-8><title>{escape(title)}</title>"
        f"{canonical}</head><body><nav><a href=/>Start</a></nav><main>{inner}</main></body></html>"
    ).encode()


def hang(exchange: Exchange) -> None:
    """Send nothing for longer than the client waits."""
    exchange.wait(0.4)


def reset(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss><channel>")
    exchange.reset()


def cut(body: bytes, content_type: str, *, compressed: bool) -> Answer:
    """Return what sends the first half of a body, and ends the connection."""

    def answer(exchange: Exchange) -> None:
        sent = gzip.compress(body) if compressed else body
        encoding = "Content-Encoding: gzip\r\n" if compressed else ""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{encoding}"
        exchange.send(
            f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent[: len(sent) // 2]
        )

    return answer


def html_answer(
    title: str, text: str, status: int = 200, content_type: str = HTML["Content-Type"]
) -> Answer:
    """Return what sends a page that is no article and no feed."""
    body = _page(title, f"<h1>{{title}}</h1><p>{text}</p>")
    return reply(body, status, content_type=content_type)


LOGIN = html_answer(
    "Anmelden",
    "Bitte melden Sie sich an.<form><input name=user><input type=password name=p></form>",
)
CONSENT = html_answer(
    "Ihre Privatsphäre",
    "Wir und unsere Partner verwenden Cookies. <button>Alle akzeptieren</button>",
)
CHALLENGE = html_answer(
    "Just a moment...", "Checking your browser before accessing bote.example.", 403
)
MISSING = html_answer(
    "Seite nicht gefunden", "Die gewünschte Seite wurde nicht gefunden. Fehler 404"
)
MAINTENANCE = html_answer("Wartungsarbeiten", "Wir sind gleich wieder für Sie da.", 200)

FeedFault = Callable[[Outlet, Section], Answer]
PageFault = Callable[[Outlet, Story], Answer]
RSS = "application/rss+xml"


def _well(outlet: Outlet, section: Section) -> Answer:
    return outlet._document_of(section)


FEED_FAULTS: dict[str, FeedFault] = {
    "none": _well,
    "fine": _well,
    "fine again": _well,
    "text/html": lambda o, s: o._document_of(s, content_type="text/html"),
    "another charset": lambda o, s: o._document_of(s, content_type="text/xml; charset=iso-8859-1"),
    "latin-1": lambda o, s: o._document_of(s, encoding="iso-8859-15"),
    "redirect": lambda o, s: redirect(o.url(f"/moved{s.path}")),
    "moved": lambda o, s: redirect(o.url(f"/moved{s.path}"), 301),
    "redirect home": lambda o, s: redirect(o.url("/")),
    "cycle": lambda o, s: redirect(o.url(s.path)),
    "stuck": lambda o, s: reply(status=304),
    "500": lambda o, s: reply(b"error", 500),
    "503": lambda o, s: reply(b"busy", 503, retry_after="120"),
    "429": lambda o, s: reply(b"slow down", 429, retry_after="600"),
    "403": lambda o, s: CHALLENGE,
    "404": lambda o, s: reply(b"no", 404),
    "410": lambda o, s: reply(b"gone", 410),
    "hang": lambda o, s: hang,
    "reset": lambda o, s: reset,
    "cut": lambda o, s: cut(o._document(s, s.shown, "utf-8"), RSS, compressed=False),
    "cut gzip": lambda o, s: cut(o._document(s, s.shown, "utf-8"), RSS, compressed=True),
    "empty": lambda o, s: reply(b"", content_type=RSS),
    "login": lambda o, s: LOGIN,
    "maintenance": lambda o, s: html_answer("Wartung", "Gleich.", content_type=RSS),
    "no entries": lambda o, s: reply(
        b"<rss version='2.0'><channel><title>Bote</title></channel></rss>", content_type=RSS
    ),
}

PAGE_FAULTS: dict[str, PageFault] = {
    "none": lambda o, s: o.whole_page(s),
    "fine": lambda o, s: o.whole_page(s),
    "fine again": lambda o, s: o.whole_page(s),
    "another charset": lambda o, s: o.whole_page(s, content_type="text/html; charset=iso-8859-1"),
    "no type": lambda o, s: o.whole_page(s, content_type="application/octet-stream"),
    "500": lambda o, s: reply(b"error", 500),
    "503": lambda o, s: reply(b"busy", 503, retry_after="120"),
    "429": lambda o, s: reply(b"slow down", 429, retry_after="600"),
    "challenge": lambda o, s: CHALLENGE,
    "404": lambda o, s: reply(b"no", 404),
    "hang": lambda o, s: hang,
    "reset": lambda o, s: reset,
    "cut": lambda o, s: cut(o.page(s), "text/html", compressed=False),
    "cut gzip": lambda o, s: cut(o.page(s), "text/html", compressed=True),
    "empty": lambda o, s: reply(b"", content_type="text/html"),
    "login": lambda o, s: LOGIN,
    "consent": lambda o, s: CONSENT,
    "missing": lambda o, s: MISSING,
    "maintenance": lambda o, s: MAINTENANCE,
    "home": lambda o, s: redirect(o.url("/")),
    "other article": lambda o, s: (
        reply(
            o.page(o.stories[(o.stories.index(s) + 1) % len(o.stories)]), content_type="text/html"
        )
        if len(o.stories) > 1
        else LOGIN
    ),
    "list": lambda o, s: redirect(o.url("/a")),
    "list without heading": lambda o, s: redirect(o.url("/a/")),
    "list in its place": lambda o, s: reply(o.list_page(), content_type="text/html"),
}
