"""A page whose text is one run at one location needs no second search; any doubt asks for one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import trafilatura

from ingest.extract.article import extract_page

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SENTENCE = (
    "Die Werft in Auberg hat am Montag Paragraf {} der Vereinbarung vorgelegt, die den Bau von "
    "drei Fähren bis zum Herbst regelt und von beiden Ländern bezahlt wird."
)
TEXT = [f"<p>{SENTENCE.format(number)}</p>" for number in range(8)]


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records each search for the text with trafilatura."""
    found: list[str] = []
    search = trafilatura.bare_extraction

    def record(*args: Any, **options: Any) -> Any:
        found.append("searched")
        return search(*args, **options)

    monkeypatch.setattr(trafilatura, "bare_extraction", record)
    return found


def text_of(inner: str) -> str:
    html = f"<html><body><main><h1>Fähren für Auberg</h1>{inner}</main></body></html>"
    return extract_page(html.encode(), url="https://bote.example/a", now=NOW).text


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<p>Kurz gesagt: ja.</p>", "Kurz gesagt: ja."),
        ("<h2>Wer zahlt</h2>", "Wer zahlt"),
        ("<ul><li>drei Fähren</li><li>zwei Länder</li></ul>", "zwei Länder"),
        ("<blockquote>Wir bauen wieder, sagte sie.</blockquote>", "Wir bauen wieder"),
        (
            "<p>Das <a href='/x'>teilte die Werft am Montagmorgen in einer Erklärung</a> mit.</p>",
            "teilte die Werft",
        ),
    ],
)
def test_what_stands_within_the_run_is_kept(searches: list[str], inside: str, words: str) -> None:
    text = text_of("".join([*TEXT[:4], inside, *TEXT[4:]]))
    assert words in text
    assert all(SENTENCE.format(number) in text for number in range(8))
    assert searches == []


def test_a_short_last_line_belongs_to_the_run(searches: list[str]) -> None:
    assert text_of("".join([*TEXT, "<p>Mehr ist nicht bekannt.</p>"])).endswith("nicht bekannt.")
    assert searches == []


def test_labels_between_paragraphs_are_no_body(searches: list[str]) -> None:
    label = "<div class='slot'><span>Inhalt des Artikels</span></div>"
    assert "Inhalt des Artikels" not in text_of(label.join(TEXT))
    assert searches == []


@pytest.mark.parametrize(
    "doubt",
    [
        pytest.param(TEXT[:3], id="the run is short"),
        pytest.param(
            [*TEXT, f"<section class='b'><div class='c'>{SENTENCE.format(9)}</div></section>"],
            id="prose adjoins the run",
        ),
        pytest.param(
            [*TEXT[:6], "<h2>Zweiter Teil</h2>", "<div class='teil'>", *TEXT[6:], "</div>"],
            id="the text lies at two locations",
        ),
    ],
)
def test_in_doubt_the_text_is_searched(searches: list[str], doubt: list[str]) -> None:
    text = text_of("".join(doubt))
    assert searches == ["searched"]
    assert all(SENTENCE.format(number) in text for number in range(min(len(doubt), 8)))
