"""A flash of two sentences is not lost beside teasers, boxes and comments with more text."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import cycle

from ingest.extract.article import extract_page
from ingest.extract.models import PageHints

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
FLASHES = {
    "de": (
        "Auberg sperrt die alte Brücke am Hafen",
        "Die alte Brücke am Hafen von Auberg ist seit Montag für Lastwagen gesperrt.",
        "Der Verkehr wird über Lohfeld geleitet.",
    ),
    "uk": (
        "У Жовтневому закрили старий міст",
        "Старий міст у селищі Жовтневе закрили для вантажівок, повідомила сільрада.",
        "Рух пустили через сусіднє село на три тижні.",
    ),
    "fr": (
        "Le vieux pont de Tillac est fermé",
        "Le vieux pont de Tillac est fermé aux camions depuis lundi, selon la mairie.",
        "La circulation passe par la route du moulin.",
    ),
}
OTHER = (
    "Der Verein hat den Abend in der Turnhalle mit zweihundert Gästen gefeiert, und erst lange "
    "nach Mitternacht gingen die letzten von ihnen zu Fuß nach Hause, weil kein Bus mehr fuhr."
)
CARD = (
    "<div class=k><h3><a href=/a/{n}>Feier in der Turnhalle {n}</a></h3><p>{by}</p><p>{t}</p></div>"
)
COMMENT = "<div class=z><p>{by}</p><p>{t}</p></div>"
ITEMS = (CARD, COMMENT, "<section><h2>Feier</h2><p>{t}</p></section>")
BODIES = {
    "paragraphs": "<p>{}</p><p>{}</p>",
    "divisions": "<div class=t>{}</div><div class=t>{}</div>",
    "nested": "<div class=r><div class=s>{}</div></div><div class=r><div class=s>{}</div></div>",
    "breaks": "{}<br><br>{}<br>",
}
PLACES = {
    "below": "<h1>{title}</h1><div class=b>{body}{more}</div>",
    "beside": "<article><h1>{title}</h1><div class=b>{body}</div></article><div>{more}</div>",
    "above": "<div class=x>{more}</div><h1>{title}</h1><div class=b>{body}</div>",
    "between": "<h1>{title}</h1><div class=b>{more}{body}</div>",
}


def text_of(inner: str, title: str, head: str = "", summary: str = "") -> str:
    html = f"<html><head><title>{title} | Bote</title>{head}</head><body>{inner}</body></html>"
    url = "https://bote.example/a/1"
    page = extract_page(html.encode(), url=url, now=NOW, hints=PageHints(summary=summary))
    return f"{page.lead}\n{page.text}"


def others(item: str) -> str:
    signed = ("Von Ina Berg | 13:53 Uhr", "Uwe Tamm, 13:55", "Автор: Олена Коваль | 09:12")
    return "".join(item.format(n=n + 7, by=by, t=f"{OTHER} {n}") for n, by in enumerate(signed))


def test_a_flash_is_kept_whatever_has_more_text_on_its_page() -> None:
    lost = []
    languages, items = cycle(FLASHES.values()), cycle(ITEMS)
    for name, body in BODIES.items():
        for (place, layout), (title, *lines) in zip(PLACES.items(), languages, strict=False):
            item = next(items)
            inner = layout.format(title=title, body=body.format(*lines), more=others(item))
            text = text_of(inner, title)
            lost += [(name, place, item, line) for line in lines if line not in text]
    assert lost == []


def test_a_flash_whose_words_are_not_in_its_headline_is_known_by_its_description() -> None:
    _, *lines = FLASHES["de"]
    body = BODIES["divisions"].format(*lines)
    inner = f"<h1>Kurz notiert</h1><div class=b>{body}{others(COMMENT)}</div>"
    meta = f'<meta property="og:description" content="{lines[0]}">'
    data = f'{{"@type":"NewsArticle","description":"{lines[0]}"}}'
    linked = f'<script type="application/ld+json">{data}</script>'
    for text in (
        text_of(inner, "Kurz notiert", meta),
        text_of(inner, "Kurz notiert", linked),
        text_of(inner, "Kurz notiert", summary=lines[0]),
    ):
        assert all(line in text for line in lines)


def test_a_sentence_about_the_same_is_not_put_into_a_long_text_that_has_its_own() -> None:
    title, first, _ = FLASHES["de"]
    body = "".join(f"<p>{first} {OTHER} {n}.</p>" for n in range(9))
    caption = f"<div class=pic><img src=a><div><i>{title} gestern vor Ort.</i></div></div>"
    assert "gestern" not in text_of(f"<h1>{title}</h1>{caption}<div class=b>{body}</div>", title)
