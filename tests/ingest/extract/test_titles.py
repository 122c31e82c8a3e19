"""The title of an article: the fullest of page and feed, without what outlets add to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract import PageHints
from ingest.extract.article import extract_page
from ingest.titles import plain_title

NOW = datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
URL = "https://www.auberger-bote.example/hafen/nordmole.html"
TITLE = "Hafenrat beschließt in Auberg den Ausbau der Nordmole"
BODY = "".join(
    f"<p>{text}</p>"
    for text in (
        "Der Hafenrat hat am Abend den Ausbau der Nordmole beschlossen, der im Frühjahr beginnt.",
        "Die Kosten trägt zur Hälfte das Land, wie die Hafenmeisterin nach der Sitzung sagte.",
        "Gegen den Beschluss stimmten drei Mitglieder, die eine Prüfung durch Gutachter verlangen.",
    )
)


def title_of(
    feed: str, *, headline: str = TITLE, og: str | None = TITLE, html: str | None = None
) -> str:
    social = f'<meta property="og:title" content="{og}">' if og else ""
    title = html or f"{og or headline} | Auberger Bote"
    page = (
        f"<html lang=de><head><meta charset=utf-8><title>{title}</title>{social}</head>"
        f"<body><article><h1>{headline}</h1>{BODY}</article></body></html>"
    )
    return extract_page(page.encode(), url=URL, hints=PageHints(title=feed), now=NOW).title


@pytest.mark.parametrize(
    "feed",
    [
        TITLE, "", "Hafenrat beschließt in Auberg den …",
        "Hafenrat beschließt in Auberg den Aus...",
        "HAFENRAT BESCHLIESST IN AUBERG DEN AUSBAU DER NORDMOLE", f"Politik: {TITLE}",
        f"Regional | {TITLE}", f"Aus aller Welt – {TITLE}", f"[Hafen] {TITLE}", f"+++ {TITLE} +++",
        f"+++ Eil +++ {TITLE}", f"+++ EILMELDUNG: {TITLE}", f"EIL: {TITLE}", f"EXKLUSIV: {TITLE}",
        f"Exklusiv | {TITLE}", f"{TITLE} - Auberger Bote", f"{TITLE} | auberger-bote.example",
        f"Auberger Bote | {TITLE}", f"(H+) {TITLE}", f"{TITLE} (H+)", f"H+ {TITLE}",
        f"(S+) {TITLE}",
        f"[Update] {TITLE}", f"{TITLE} [Video]", f"Liveblog: {TITLE}", f"Live-Ticker +++ {TITLE}",
        f"Breaking News: {TITLE}", f"UPDATE 2-{TITLE}", f"🔴 LIVE: {TITLE}", "Liveblog",
        "+++ Eil +++",
        "Newsletter vom Montag", "Nachrichten vom 30.11.2026", "Auberg", "Nordmole",
        f"{TITLE} - Von Ina Beispiel",
        f"{TITLE} | Von Ina Beispiel und Jan van der Muster", f"Video: {TITLE}",
        "Harbour council decides on the extension of the northern pier",
    ],
)  # fmt: skip
def test_a_feed_s_title_that_is_less_than_the_page_s_gives_way(feed: str) -> None:
    assert title_of(feed) == TITLE


@pytest.mark.parametrize(
    ("feed", "headline"),
    [
        (TITLE, "Hafenrat beschließt"),
        (TITLE, "Hafenrat beschließt in Auberg den …"),
        (TITLE, "HAFENRAT BESCHLIESST IN AUBERG DEN AUSBAU DER NORDMOLE"),
        (f"Kommentar: {TITLE}", TITLE),
        (TITLE, "Zwei Tote bei Unfall auf der Bergstraße in Niederau"),
    ],
    ids=["shorter", "truncated", "capitals", "opinion", "other article"],
)
def test_the_feed_s_title_stays_where_the_page_has_less_or_another(
    feed: str, headline: str
) -> None:
    assert title_of(feed, headline=headline, og=headline) == feed


@pytest.mark.parametrize(
    "headline",
    [
        f"<span>Meinung</span>{TITLE}",
        f'<span class="kicker">Nahe Osten</span> {TITLE}',
        f'<span class="headline__overline">Auberger Hafen:</span><span>{TITLE}</span>',
        f"<span>Hafen</span><span>:</span> <span>{TITLE}</span>",
        f'{TITLE}<span class="premium-badge">Plus</span>',
        f'<span class="sr-only">Artikel</span>{TITLE}<i class="icon-video">Video</i>',
        f"{TITLE} - Von Ina Beispiel",
        f"+++ {TITLE} +++",
        f"LIVE: {TITLE}",
    ],
)
@pytest.mark.parametrize("og", [TITLE, None])
def test_a_part_of_the_headline_that_is_a_label_is_split_off(headline: str, og: str | None) -> None:
    html = f"{TITLE} | Auberger Bote"
    assert title_of("", headline=headline, og=og, html=html) == TITLE


def test_a_marker_of_one_source_does_not_change_the_title() -> None:
    sources = [
        {"feed": f"+++ {TITLE} +++"}, {"feed": TITLE, "og": f"Liveblog: {TITLE}"},
        {"feed": TITLE, "headline": f"EIL: {TITLE}"}, {"feed": "(H+) " + TITLE, "og": None},
        {"feed": TITLE, "html": f"{TITLE} - Hafen - Auberger Bote"},
    ]  # fmt: skip
    assert {title_of(**source) for source in sources} == {TITLE}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "title",
    [
        "Live in Berlin: Band spielt erstes Konzert seit 1999", "Eilmeldungen und ihre Folgen",
        "NASA+ startet ohne Werbung", "Kommentar: Was der Hafen braucht", "C++ wird 40 Jahre alt",
        "Kämpfe im Hafen – Von Frieden keine Spur", "Korrektur: Sieben Boote, nicht acht",
        "Neue Mole: Rat stimmt zu", "By the sea - by Jane", "Video zeigt Unfall im Hafen",
        "Alert level raised at the port", "Exklusive Häuser am Hafen", "Update für die Fähre",
        "Plus 3,5 Prozent: Häfen wachsen", "Was wir wissen:", "Auberg (Insel): Fähre fällt aus",
    ],
)  # fmt: skip
def test_words_that_only_look_like_markers_stay(title: str) -> None:
    assert plain_title(title) == title


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Live updates: Storm hits the coast", "Storm hits the coast"),
        ("Storm hits the coast – live", "Storm hits the coast"),
        ("EN DIRECT. Tempête sur la côte", "Tempête sur la côte"),
        ("Срочно: шторм на побережье", "шторм на побережье"),
        ("НАЖИВО: шторм на узбережжі", "шторм на узбережжі"),
        ("Storm hits the coast | By Jane Doe", "Storm hits the coast"),
        ("Storm hits the coast (by Jane Doe)", "Storm hits the coast"),
        ("Шторм на побережье - Автор: Иван Иванов", "Шторм на побережье"),
        ("Storm hits the coast: (live)", "Storm hits the coast"),
        ("Liveblog", "Liveblog"),
    ],
)
def test_markers_of_several_languages_are_removed(title: str, plain: str) -> None:
    assert plain_title(title) == plain
