"""What looks like comments or boilerplate but belongs to the article is not cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract.article import extract_page
from tests.ingest.extract.sample_pages import DE, page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
FIRST, *REST = DE.body


def text_of(body: str, head: str = "") -> str:
    url = "https://www.auberger-bote.example/a/b"
    extracted = extract_page(page(DE, body, head), url=url, now=NOW)
    return f"{extracted.title}\n{extracted.lead}\n{extracted.text}"


def paragraphs(*lines: str, tag: str = "p") -> str:
    return f"<h1>{DE.title}</h1>" + "".join(f"<{tag}>{line}</{tag}>" for line in lines)


@pytest.mark.parametrize("tag", ["p", "div"])
def test_a_byline_with_a_time_is_no_comment(tag: str) -> None:
    text = text_of(paragraphs("Maria Holm, 12.03.2024, 14:05 Uhr", *DE.body, tag=tag))
    assert all(line in text for line in DE.body)


def test_the_times_of_a_live_ticker_are_no_comments() -> None:
    entries = [
        line
        for i, body in enumerate(DE.body * 2)
        for line in (
            f"{9 + i}:{15 + i} Uhr",
            f"Neue Wendung Nummer {i}",
            f"{body} Das war Meldung {i}.",
        )
    ]
    text = text_of(paragraphs(FIRST, *entries))
    assert all(f"Das war Meldung {i}." in text for i in range(10))


def test_a_live_blog_with_names_and_times_is_no_comments() -> None:
    data = (
        '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "'
        + DE.title
        + '"}</script>'
    )
    entries = [
        line
        for i, body in enumerate(DE.body)
        for line in (f"Maria Holm, 12.03.2024, 1{i}:05 Uhr", f"{body} Eintrag {i}.")
    ]
    text = text_of(paragraphs(FIRST, *entries), data)
    assert all(f"Eintrag {i}." in text for i in range(5))


def test_an_interview_is_no_comments() -> None:
    talk = [
        line
        for i, body in enumerate(REST)
        for line in (
            "Auberger Bote",
            f"Frau Sonnleitner, was sagen Sie zur Frage {i}?",
            "Petra Sonnleitner",
            f"{body} Antwort {i}.",
        )
    ]
    text = text_of(paragraphs(FIRST, *talk))
    assert all(f"Antwort {i}." in text and f"Frage {i}?" in text for i in range(4))


@pytest.mark.parametrize(
    "wrapper",
    [
        "class=kommentar",
        "class='article--comment has-comments'",
        "class=forum",
        "class=paywall",
        "id=advertorial",
    ],
)
def test_a_label_around_the_article_itself_is_ignored(wrapper: str) -> None:
    text = text_of(f"<div {wrapper}>{paragraphs(*DE.body)}</div>")
    assert all(line in text for line in DE.body)


def test_the_paid_part_belongs_to_the_article_if_the_page_contains_it() -> None:
    data = (
        '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,'
        '"hasPart":{"cssSelector":".paywall"}}</script>'
    )
    inner = "".join(f"<p>{line}</p>" for line in REST)
    text = text_of(
        f"<article><h1>{DE.title}</h1><p>{FIRST}</p><div class=paywall>{inner}</div></article>",
        data,
    )
    assert all(line in text for line in DE.body)


@pytest.mark.parametrize(
    "line",
    [
        "Anzeige gegen den Bürgermeister erstattet",
        "Das teilte die Stadt am Abend auf ihrem Telegram-Kanal mit.",
        "Zum Thema Fähre sagte sie, der Betrieb gehe weiter wie bisher.",
        "Die Karte kostet nun 9,80 Euro im Monat, das ist jederzeit kündbar.",
        "Mehr als 300 Menschen kamen zur Sitzung in die Stadthalle.",
        "Kommentare aus dem Publikum ließ die Bürgermeisterin nicht zu.",
        "Die Anmeldung zum Newsletter der Stadt nutzen 400 Bürger.",
    ],
)
def test_a_line_of_the_body_about_adverts_comments_or_newsletters_stays(line: str) -> None:
    text = text_of(paragraphs(*DE.body[:3], line, *DE.body[3:]))
    assert line in text
    assert all(body in text for body in DE.body)


def test_a_count_of_comments_next_to_the_byline_cuts_nothing() -> None:
    text = text_of(paragraphs(DE.byline, DE.lead, "12 Kommentare", "Teilen", *DE.body))
    assert all(line in text for line in DE.body)
    assert "12 Kommentare" not in text


def test_a_related_box_in_the_middle_cuts_only_itself() -> None:
    box = "<div><h3>Mehr zum Thema</h3><ul><li><a href=/1>Fähre fällt aus</a></li></ul></div>"
    inner = "".join(f"<p>{line}</p>" for line in DE.body)
    text = text_of(
        f"<article><h1>{DE.title}</h1>{inner.replace('</p><p>', f'</p>{box}<p>', 1)}"
        "<p>Kurz und gut.</p></article>"
    )
    assert all(line in text for line in (*DE.body, "Kurz und gut."))
    assert "Fähre fällt" not in text


@pytest.mark.parametrize("button", ["Jetzt anmelden", "Jetzt kostenlos teilnehmen", "Buy now"])
def test_a_linked_button_ends_no_list_of_the_body(button: str) -> None:
    items = "".join(f"<li>{line}</li>" for line in ("125 g Mehl", "65 g Zucker", "ein Ei"))
    inner = "".join(f"<p>{line}</p>" for line in DE.body)
    text = text_of(
        f"<article><h1>{DE.title}</h1><p>{FIRST}</p><div><a href=/x>{button}</a></div>"
        f"<ul>{items}</ul>{inner}</article>"
    )
    assert all(line in text for line in ("125 g Mehl", "ein Ei", *DE.body))
    assert button not in text


@pytest.mark.parametrize(
    "line",
    [
        "Als vierten Preis gibt es einen Gutschein für den Einkauf im Dorfladen.",
        "Der Verein lädt zu einem Gewinnspiel am Ufer ein.",
        "Wer im Webinar fragte, bekam bis heute keine Antwort.",
    ],
)
def test_a_statement_of_the_body_opens_no_advert(line: str) -> None:
    after = ("Beginn: 21.10.2019", "Ende: 27.10.2019")
    text = text_of(paragraphs(*DE.body[:3], line, *after, *DE.body[3:]))
    assert all(one in text for one in (line, *after, *DE.body))
