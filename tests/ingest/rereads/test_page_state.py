"""Which answers say that there is no such page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.http import Response
from ingest.rereads.page_state import KnownPage, has_text, is_missing

URL = "https://kurier.example/politik/wahl-17.html"
PAGE = KnownPage(URL, URL, "Bürgermeister festgenommen")


def answer(
    status: int = 200, url: str = URL, title: str = "Bürgermeister festgenommen"
) -> Response:
    body = f"<html><head><title>{title}</title></head><body><p>x</p></body></html>".encode()
    return Response(status=status, url=url, headers={}, body=body)


ANSWERS = [
    (answer(404), True),
    (answer(410), True),
    (answer(403), False),
    (answer(503), False),
    (answer(), False),
    (answer(url="https://kurier.example/", title="Kurier"), True),
    (answer(url="https://kurier.example/politik/", title="Politik"), True),
    (answer(url="https://kurier.example/politik", title="Politik | Kurier"), True),
    (
        answer(url="https://kurier.example/politik/", title="Bürgermeister festgenommen - Kurier"),
        False,
    ),
    (answer(url="https://kurier.example/politik/wahl-18.html", title="Neue Adresse"), False),
    (answer(url="https://www.kurier.example/politik/wahl-17.html?utm_source=rss"), False),
    (answer(title="Seite nicht gefunden | Kurier"), True),
    (answer(title="Dieser Artikel ist leider nicht mehr verf&uuml;gbar"), True),
    (answer(title="Fehler 404 - Kurier"), True),
    (answer(title="404"), True),
    (answer(title="Page not found - Herald"), True),
    (answer(title="Sorry, this page doesn't exist"), True),
    (answer(title="Page introuvable"), True),
    (answer(title="Страница не найдена"), True),
    (answer(title="Сторінку не знайдено"), True),
    (answer(title="404 Menschen bei Erdbeben verletzt"), False),
    (answer(title="Vermisste Frau nicht gefunden"), False),
    (answer(title="Missing plane still not found"), False),
]


@pytest.mark.parametrize(("response", "missing"), ANSWERS)
def test_an_answer_says_whether_there_is_such_a_page(response: Response, missing: bool) -> None:
    assert is_missing(PAGE, response) is missing


def test_a_headline_is_found_far_down_in_a_page() -> None:
    page = answer(title="Kurier")
    body = b"<p>Zeile</p>\n" * 5_000 + b"<h1>Ein&shy;e\n  &Uuml;berschrift</h1>"
    long_page = replace(page, body=page.body + body)
    assert has_text(long_page, "Eine Überschrift")
    assert not has_text(long_page, "Eine andere Überschrift")


def test_an_article_whose_headline_says_not_found_is_not_missing() -> None:
    title = "Seite nicht gefunden: Woran Behörden im Netz scheitern"
    assert not is_missing(KnownPage(URL, URL, title), answer(title=title))
