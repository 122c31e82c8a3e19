"""One date, phrase or form is not enough to take the rest of a page for comments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
TITLE = "Werft baut zwei Fähren für die Halligen"
PARAGRAPHS = tuple(
    f"Die Werft will {what}, und der Betrieb rechnet nach eigenen Angaben mit {count} neuen Stellen"
    f" bis zum Ende des nächsten Jahres, wie der Leiter am Dienstag in Husum sagte."
    for what, count in (
        ("zwei Fähren bauen", "dreißig"),
        ("eine Halle mieten", "zwölf"),
        ("das Dock verlängern", "acht"),
        ("die Lehrlinge behalten", "sieben"),
        ("den Kran ersetzen", "vier"),
    )
)
LAST = "Am Ende stimmte der Rat zu."


def extract(inner: str, language: str = "de") -> ExtractedPage:
    html = (
        f"<html lang={language}><head><title>{TITLE}</title></head><body><main><article>"
        f"<h1>{TITLE}</h1>{inner}</article></main></body></html>"
    )
    return extract_page(html.encode(), url="https://husum.example/a/b", now=NOW)


def text_of(inner: str) -> str:
    page = extract(inner)
    return f"{page.lead}\n{page.text}"


def tags(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "Ihre E-Mail-Adresse wird nicht an Dritte weitergegeben.",
        "Ihre E-Mail-Adresse wird nicht veröffentlicht. Pflichtfelder sind mit * markiert.",
        "Deine E-Mail-Adresse wird nicht veröffentlicht.",
        "Diskutieren Sie mit uns über Schiffe, jede Woche neu in diesem Brief.",
        "Your email address will not be published. Required fields are marked.",
        "Votre adresse e-mail ne sera pas publiée.",
        "Ваша e-mail адреса не буде оприлюднена.",
        "Адрес электронной почты не будет опубликован.",
        "Pflichtfelder sind markiert",
        "Melden Sie sich an, um mitzudiskutieren",
    ],
)
def test_a_form_in_the_middle_cuts_only_itself(line: str) -> None:
    for form in ("<form><input type=email><button>Los</button></form>", ""):
        box = f"<div class=b><h3>Hafenbrief</h3><p>{line}</p>{form}</div>"
        text = text_of(tags(*PARAGRAPHS[:2]) + box + tags(*PARAGRAPHS[2:], LAST))
        assert all(one in text for one in (*PARAGRAPHS, LAST)), form


@pytest.mark.parametrize(
    "lines",
    [
        [("Nr. 34 vom 08. November 2021", ""), ("Nr. 32 vom 05. November 2021", ""),
         ("Nr. 31 vom 03. November 2021", "")],
        [("Hansen, Ole, Kiel, 12.05.2026", "12,1 Punkte und ein Preis"),
         ("Muster, Petra, Husum, 12.05.2026", "13,4 Punkte und ein Pokal"),
         ("Lotse, Sven, Visby, 13.05.2026", "14,0 Punkte und ein Dank")],
        [("Maria Holm, 12.03.2024, 10:05 Uhr", "Das erste Schiff läuft aus, melden die Lotsen."),
         ("Maria Holm, 12.03.2024, 11:15 Uhr", "Das zweite Schiff hat Husum verlassen, heißt es."),
         ("Maria Holm, 12.03.2024, 12:20 Uhr", "Vor der Hallig Hooge ist die See nun ruhig.")],
        [("Wyk, 12. November 2026", "Der Rat tagt"), ("Husum, 13. November 2026", "Der Kreis tagt"),
         ("Kiel, 14. November 2026", "Das Land tagt")],
    ],
    ids=["documents", "results", "ticker", "calendar"],
)  # fmt: skip
def test_lists_of_names_and_dates_are_no_comments(lines: list[tuple[str, str]]) -> None:
    listed = "".join(tags(*(part for part in line if part)) for line in lines)
    text = text_of(tags(*PARAGRAPHS[:3]) + listed + tags(*PARAGRAPHS[3:], LAST))
    assert all(one in text for one in (*PARAGRAPHS, LAST))
    assert all(part in text for line in lines for part in line if part)


_LINK = "<b><a href=/{n}>Ein {w} liegt im Dock</a></b>"
_HEAD = "<h3><a href=/{n}>Ein {w} im Dock</a></h3>"
TEASERS = {
    "section and time": "<span>Sport 05.08.2024 13:5{n}</span>" + _HEAD,
    "time below": _LINK + "<p>Ina Berg</p><p>1{n}.10.2022</p>",
    "by and date": _LINK + "<i><a href=/{n}>Von Ina Berg am 1{n}.10.2022</a></i>",
    "description": "<i>Nord 05.08.2024 13:5{n}</i>" + _HEAD + "<p>Er bleibt bis zum Frühjahr.</p>",
    "bare date": "<p>Technik</p>" + _LINK + "<p>November 1{n}, 2016</p>",
}


@pytest.mark.parametrize("form", TEASERS)
@pytest.mark.parametrize("place", ["above", "middle", "below"])
def test_teasers_with_names_and_times_are_no_comments(form: str, place: str) -> None:
    words = ("Kutter", "Schlepper", "Tonnenleger", "Rettungskreuzer")
    cards = "".join(
        f"<div class=t>{TEASERS[form].format(n=n, w=word)}</div>" for n, word in enumerate(words)
    )
    at = {"above": 0, "middle": 3, "below": 5}[place]
    text = text_of(
        tags(*PARAGRAPHS[:at]) + f"<div class=s>{cards}</div>" + tags(*PARAGRAPHS[at:], LAST)
    )
    assert all(one in text for one in PARAGRAPHS)
    assert place == "below" or LAST in text


@pytest.mark.parametrize("head", ["Kommentare (3)", "3 Comments", "Коментарі"])
def test_comments_below_a_head_and_with_signatures_are_still_cut(head: str) -> None:
    comments = "".join(
        f"<p>{who}, 12.03.2024, 1{n}:05 Uhr</p><p>Das sehe ich anders, und zwar ganz anders.</p>"
        for n, who in enumerate(("Deichgraf", "Möwe7", "Ole H."))
    )
    text = text_of(tags(*PARAGRAPHS) + f"<h3>{head}</h3>" + comments)
    assert all(one in text for one in PARAGRAPHS)
    assert "sehe ich anders" not in text


def test_a_count_of_comments_above_the_byline_cuts_nothing() -> None:
    byline = ("12 Kommentare", "Maria Holm, 12.03.2024, 14:05 Uhr")
    text = text_of(tags(*byline, *PARAGRAPHS, LAST))
    assert all(one in text for one in (*PARAGRAPHS, LAST))


def test_the_opening_post_of_a_forum_is_the_article() -> None:
    posts = "".join(
        f"<p>{who}, 12.03.2024, 1{n}:05 Uhr</p><p>{PARAGRAPHS[n]}</p>"
        for n, who in enumerate(("Deichgraf", "Möwe7", "Ole H.", "Deichgraf"))
    )
    text = text_of(posts)
    assert PARAGRAPHS[0] in text
    assert not any(one in text for one in PARAGRAPHS[1:4])
