"""Pages that cost as much as possible."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.hostile.documents import MB, PROSE, fill, page

_LONG_PROSE = "Der Rat berät am Abend über den Schritt. " * 9

PAGES: dict[str, Callable[[], bytes]] = {
    "page, a million <b>": lambda: page(fill("<b>x</b>")),
    "page, a million <p>": lambda: page(fill("<p>x</p>")),
    "page, a million <br>": lambda: page(fill("<br>")),
    "page, a million <a>": lambda: page(fill("<a href=/>x</a>")),
    "page, a million <i> unclosed": lambda: page(fill("<i>")),
    "page, nested <div>": lambda: page(fill("<div>")),
    "page, nested <b> and <p>": lambda: page(fill("<b><p>")),
    "page, nested tables": lambda: page(fill("<table><tr><td>")),
    "page, nested lists": lambda: page(fill("<ul><li>x")),
    "page, nested <font>": lambda: page(fill("<font color=red>")),
    "page, nested labelled <div>": lambda: page(fill("<div class=comments>x")),
    "page, 240 deep": lambda: page(("<div>" * 240 + "x" + "</div>" * 240) * 3_500),
    "page, a million <nav>": lambda: page(fill("<nav>x</nav>")),
    "page, a million figures": lambda: page(
        fill("<figure><figcaption>Foto: x</figcaption></figure>")
    ),
    "page, a million headings": lambda: page(fill("<h2>Der Rat</h2>")),
    "page, a million forms": lambda: page(fill("<form><input></form>")),
    "page, a million meta": lambda: page("", head=fill("<meta name=author content=x>")),
    "page, a million scripts": lambda: page("", head=fill("<script></script>")),
    "page, 600,000 attributes": lambda: page(
        "<p " + " ".join(f"a{n}='{n}'" for n in range(600_000)) + ">x</p>"
    ),
    "page, class of 9 MB": lambda: page(f"<div class='{fill('a-b ')}'>x</div>"),
    "page, paragraphs of prose": lambda: page(fill(PROSE)),
    "page, different paragraphs": lambda: page(
        "".join(f"<p>{n} {_LONG_PROSE}</p>" for n in range(25_000))
    ),
    "page, different paragraphs in boxes": lambda: page(
        "".join(f"<div class=share><p>{n} {_LONG_PROSE}</p></div>" for n in range(25_000))
    ),
    "page, comments": lambda: page(
        "<h3>Kommentare</h3>"
        + fill("<p>Max Muster</p><p>22.11.2026, 10:00 Uhr</p><p>Das sehe ich anders.</p>")
    ),
    "page, many blocks in nested labels": lambda: page(
        "<div class=related>" * 200 + fill("<p>Der Rat berät am Abend.</p>")
    ),
    "page, bytes of all kinds": lambda: bytes(range(1, 256)) * 39_000,
    "page, the same long sentence": lambda: page(
        fill("<p>" + "Der Rat berät, und das ist der Satz. " * 20 + "</p>")
    ),
    "page, one paragraph of 9 MB": lambda: page(
        f"<p>{fill('Der Rat berät über den Schritt. ')}</p>"
    ),
    "page, one word of 9 MB": lambda: page(f"<p>{fill('a')}</p>"),
    "page, 9 MB of <": lambda: page(fill("<")),
    "page, 9 MB of &": lambda: page(fill("&")),
    "page, entities without an end": lambda: page(f"<p>{fill('&xx')}</p>"),
    "page, comments that never end": lambda: page(fill("<!-- ")),
    "page, tag that never ends": lambda: page("<a " + fill("b ")),
    "page, title of 9 MB": lambda: page("", head=f"<title>{fill('Der Rat | ')}</title>"),
    "page, description of 9 MB": lambda: page(
        "", head=f"<meta name=description content='{fill('Der Rat. ')}'>"
    ),
    "page, JSON-LD of {},": lambda: page(
        "", head=f"<script type='application/ld+json'>[{fill('{},', 1.9 * MB)}{{}}]</script>"
    ),
    "page, JSON-LD of {}, five times": lambda: page(
        "", head=f"<script type='application/ld+json'>[{fill('{},', 1.9 * MB)}{{}}]</script>" * 5
    ),
    "page, JSON-LD of commas": lambda: page(
        "", head=f"<script type='application/ld+json'>[{fill(',' + ' ' * 999, 1.9 * MB)}</script>"
    ),
    "page, JSON-LD of blanks": lambda: page(
        "", head=f"<script type='application/ld+json'>x{' ' * 100_000}x</script>"
    ),
    "page, JSON-LD, many scripts": lambda: page(
        "", head=fill("<script type='application/ld+json'>{\"a\": [1,]}</script>")
    ),
    "page, author of 1 MB": lambda: page("", head=f"<meta name=author content='{fill('a ', MB)}'>"),
    "page, bylines": lambda: page(fill("<p>Von A B und C D, E F, G H</p>")),
    "page, heading of 4 MB": lambda: (
        f"<html><body><h1>{fill('Wort ', 3.5 * MB)}</h1>{PROSE * 5}</body></html>".encode()
    ),
    "page, captions": lambda: page(
        f"{PROSE}<figure><figcaption>Foto: {'dpa ' * 90}</figcaption></figure>" * 5_000
    ),
    "page, many dates": lambda: page(fill("<time datetime='2026-11-22'>22. November</time>")),
    "page, plain text of lines": lambda: fill("a\n").encode(),
    "page, plain text of words": lambda: fill("Der Rat ").encode(),
    "page, bytes that are not UTF-8": lambda: page("<p>x</p>") + b"\xff" * 9 * MB,
    "page, undefined bytes": lambda: page("", head="<meta charset=cp1252>") + b"\x81" * 9 * MB,
    "page, a control character after </figure>": lambda: page(
        "<figure><img src=x><figcaption>Foto: dpa</figcaption></figure>\x1f<p>Ende.</p>"
    ),
    "page, references to control characters": lambda: page(
        "".join(
            f"<{tag}>Foto: dpa</{tag}>{reference}{PROSE}"
            for tag in ("figure", "nav", "aside", "form")
            for reference in (
                "&#x1f;",
                "&#31",
                "&#0000001;",
                "&#xFFFE;",
                "&#65535;",
                "\ufffe",
                "\x0b",
            )
        )
    ),
    "page, a million references to control characters": lambda: page(fill("&#1;")),
}
