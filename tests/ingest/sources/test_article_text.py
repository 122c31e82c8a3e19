"""The text of an entry is that of the article, without what feeds put around it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.sources.article_text import article_text
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.talbote.example/feed"
OWN = "Das Wehr fällt im Herbst."
PROSE = (
    "Der Kreistag hat den Abriss des Wehrs mit großer Mehrheit beschlossen, wie ein Sprecher am "
    "Montag sagte."
)
LINK = "<a href='/zander'>Zander kehren nach Borkheim zurück</a>"

TAILS = [
    "<p>Der Beitrag <a href='/x'>Das Wehr fällt</a> erschien zuerst auf <a href='/'>Bote</a>.</p>",
    "<p>Dieser Artikel ist zuerst erschienen bei Talbote Online.</p>",
    "<p>The post <a href='/x'>The weir</a> appeared first on <a href='/'>Bote</a>.</p>",
    "<p>The post The weir first appeared on Bote.</p>",
    "<p>L’article Le barrage est apparu en premier sur Bote.</p>",
    "<p>La entrada La presa se publicó primero en Bote.</p>",
    "<p>L'articolo La diga proviene da Bote.</p>",
    "<p>Het bericht De stuw verscheen eerst op Bote.</p>",
    "<p>Сообщение Плотина появились сначала на Боте.</p>",
    "<p>Допис Гребля вперше з'явилася на Боті.</p>",
    " The post The weir appeared first on Bote.",
    " [&#8230;]",
    " [&amp;#8230;]",
    " [...]",
    " [&hellip;] <a href='/x'>Weiterlesen</a>",
    " <a href='/x'>Weiterlesen</a>",
    " <a href='/x'>Weiterlesen &rarr;</a>",
    " <a href='/x'>» mehr</a>",
    " Jetzt lesen auf talbote.example",
    "<p>Folgen Sie uns auf Telegram</p>",
    " Filed under: Tal und Leute",
    " <a href='/x'>mehr</a>",
    " (<a href='/x'>mehr</a>)",
    " Lesen Sie mehr auf talbote.example",
    "<p><a href='/x'>Den ganzen Artikel lesen</a></p>",
    "<p><a href='/x'>Continue reading <span>The weir</span> &rarr;</a></p>",
    " <a href='/x'>Read more…</a>",
    " Read the full story at talbote.example",
    " <a href='/x'>Lire la suite</a>",
    " <a href='/x'>Читать далее</a>",
    " <a href='/x'>Читати далі »</a>",
    "<div class=feedflare><a href='/z'>Borkheim teilen</a><img src=q></div>",
    "<div class='sharedaddy sd-block'><h3>Teilen mit:</h3><a href='/z'>Facebook</a></div>",
    "<img src='https://count.example/p.gif' width=1 height=1>",
    f"<p>Lesen Sie auch: {LINK}</p>",
    f"<p>Lesen Sie auch:</p><ul><li>{LINK}</li><li>{LINK}</li></ul>",
    f"<h3>Mehr zum Thema</h3><ul><li>{LINK}</li></ul>",
    f"<p>Read more: {LINK}</p>",
    f"<p>→ {LINK}</p>",
    f"<p>Читайте також: {LINK}</p>",
    f"<p>Читайте также: {LINK}</p>",
    f"<p>Lire aussi : {LINK}</p>",
    f"<div class=related-posts><h4>Mehr</h4>{LINK}</div>",
    "<p>Abonnieren Sie unseren <a href='/n'>Newsletter</a>, um alles zu erfahren.</p>",
]


@pytest.mark.parametrize("tail", TAILS)
def test_what_a_feed_puts_behind_the_text_is_cut(tail: str) -> None:
    assert article_text(f"<p>{PROSE}</p>{OWN}{tail}", URL) == f"{PROSE}\n{OWN}"
    short = article_text(f"{OWN}{tail}", URL)
    assert short == OWN


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"<p>Lesen Sie auch: {LINK}</p><p>{OWN}</p>", OWN),
        ("Lesen Sie auch: Zander in Borkheim\nDas Wehr fällt.", "Das Wehr fällt."),
        (f"<p>{OWN} Lesen Sie auch: {LINK}</p>", OWN),
        (f"<p>Lesen Sie auch: {LINK} {OWN}</p>", OWN),
        (f"<p>{PROSE}</p><p>{LINK}</p><p>{PROSE}</p>", f"{PROSE}\n{PROSE}"),
        ("<table><tr><td><img src=x></td><td>Das Wehr fällt.</td></tr></table>", "Das Wehr fällt."),
        (
            "<p>Das <button>Wehr</button> fällt im <del>Mai</del> Juni.</p>",
            "Das Wehr fällt im Juni.",
        ),
    ],
)
def test_teasers_before_and_between_the_text_are_cut(markup: str, text: str) -> None:
    assert article_text(markup, URL).replace("  ", " ") == text


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        "Der Beitrag des Landes erschien zuerst zu hoch.",
        "The post office in Borkheim closed first.",
        "Er rät: Lesen Sie mehr Bücher.",
        "She said it. Read more books, she added.",
        "Weiterlesen lohnt sich, sagt die Müllerin.",
        "Es gab Zander, Barsch und mehr",
        "Mehr dazu wollte der Wirt nicht sagen.",
        "See also the case of the mill, said the judge.",
        "He wants to continue reading the letters. The court agreed.",
        "Newsletter aus Borkheim: <a href='/n'>Das Wehr</a> war dort Thema, sagt der Wirt.",
        f"<ul><li>{LINK} - Talbote</li><li>{LINK} - Bergbote</li></ul>",
        f"<p>{LINK}</p>",
        "<p>Kommentare lehnte der Wirt ab.</p>",
        "<p>Das steht [...] im Brief aus Borkheim.</p>",
    ],
)
def test_a_text_that_says_something_stays_whole(text: str) -> None:
    whole = article_text(text, URL)
    plain = text.replace("</li>", "\n")
    for tag in ("<ul>", "<li>", "</ul>", "<p>", "</p>", "</a>", "<a href='/n'>"):
        plain = plain.replace(tag, "")
    assert whole == plain.replace("<a href='/zander'>", "").strip()


def test_feeds_of_each_kind_are_without_tails() -> None:
    tail = "<p>Der Beitrag Wehr erschien zuerst auf Bote.</p>"
    rss = (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        "<title>Bote</title><item><title>Wehr</title><link>https://www.talbote.example/w</link>"
        f"<description><![CDATA[{OWN} [&#8230;]]]></description>"
        f"<content:encoded><![CDATA[<p>{PROSE}</p>{tail}]]></content:encoded></item></channel></rss>"
    )
    items = [
        {"id": "1", "url": "/w", "title": "Wehr", "summary": OWN, "content_html": PROSE + tail}
    ]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "B", "items": items})
    for document in (rss, feed):
        parsed = parse_feed(
            document.encode(), ParseContext(url=URL, content_type=None, now=NOW, known={}, limit=10)
        )
        assert [(e.summary, e.content) for e in parsed.entries] == [(OWN, PROSE)]
