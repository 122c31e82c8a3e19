"""Timelines of pages that change: what is told of each revision, German and English."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cli_installation import CliInstallation, new_installation

pytestmark = pytest.mark.slow

TOPIC = """\
id: dams
title: Dams
query: Staudamm* OR dam OR dams
"""
LONG_AGO = "2026-11-10T08:00:00Z"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> CliInstallation:
    installation = new_installation(tmp_path_factory.mktemp("revisions"), TOPIC)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    return installation


class Page:
    """A page whose revisions are a quarter of an hour apart."""

    def __init__(self, language: str, title: str, *paragraphs: str) -> None:
        self.title, self.paragraphs = title, list(paragraphs)
        self._language = language
        self.lines: list[dict[str, Any]] = []
        self.read()

    def read(self) -> None:
        number = len(self.lines)
        moment = f"2026-11-22T{9 + number // 4:02d}:{number % 4 * 15:02d}:00Z"
        self.lines.append(
            {
                "url": "https://kurier.example/live",
                "outlet": "kurier",
                "language": self._language,
                "published_at": LONG_AGO,
                "first_seen_at": moment,
                "title": self.title,
                "text": "\n".join(self.paragraphs),
            }
        )

    def add(self, paragraph: str, at: int = 0) -> None:
        """Add a paragraph, and read the page."""
        self.paragraphs.insert(at, paragraph)
        self.read()

    def retitle(self, title: str) -> None:
        self.title = title
        self.read()


def simulate(installation: CliInstallation, page: Page) -> dict[str, Any]:
    content = "\n".join(map(json.dumps, page.lines)).encode()
    report: dict[str, Any] = json.loads(
        installation.invoke("alerts", "simulate", "-", "--json", stdin=content)
    )
    return report


def decisions(report: dict[str, Any]) -> list[tuple[int, str]]:
    return [(d["revision"], d["reason_code"]) for d in report["decisions"]]


def developments(report: dict[str, Any]) -> list[str | None]:
    return [message["development"] for message in report["messages"]]


def test_a_german_live_page_is_told_by_its_new_paragraphs(installation: CliInstallation) -> None:
    broken = "+++ Der Staudamm in Elstertal ist gebrochen, eine Flutwelle rollt auf Dörfer zu. +++"
    missing = "Nach dem Bruch des Staudamms werden 41 Menschen vermisst, sagte der Landrat."
    blames = "Der Betreiber des Staudamms weist Vorwürfe der Anwohner zurück und nennt ein Beben."
    mended = "Korrektur: Das Wasser aus dem Staudamm hat zwei Dörfer getroffen, nicht drei."
    page = Page("de", "Liveblog Hochwasser, Stand 1", "Die Pegel an der Elster steigen weiter.")
    page.title = "Liveblog Hochwasser, Stand 2"
    page.add(broken)
    page.add("Alsbach meldet einen Pegel von 310 Zentimetern.")
    page.paragraphs[1] = broken.replace(", eine", "; eine")
    page.retitle("Liveblog Hochwasser, Stand 5")
    page.add(missing, at=1)
    page.add("Der Staudamm wurde 1932 gebaut und galt nach einer Sanierung als sicher.", at=4)
    page.add(blames)
    page.add(mended, at=2)
    page.add("Aktualisiert um 13:30 Uhr")
    report = simulate(installation, page)
    assert decisions(report) == [
        (2, "new_story"),
        (3, "revision"),
        (4, "revision"),
        (5, "development"),
        (6, "revision"),
        (7, "development"),
        (8, "correction"),
        (9, "revision"),
    ]
    assert developments(report) == [None, missing, blames, mended]
    assert [d["role"] for d in report["decisions"] if d["reason_code"] == "revision"] == (
        ["minor"] * 4
    )


def test_an_english_page_is_told_by_what_is_new_in_it(installation: CliInstallation) -> None:
    page = Page("en", "Floods: latest", "Rivers keep rising in the county.")
    page.add("Engineers at the Alder dam reported a crack after midnight and opened the gates.")
    page.add("The crack in the dam has killed nobody, but 300 people were evacuated.", at=2)
    page.paragraphs[1] = page.paragraphs[1].replace("opened", "have opened")
    page.read()
    page.add("Background: the dam was designed by a local firm and finished after long delays.", 3)
    report = simulate(installation, page)
    assert decisions(report) == [
        (2, "new_story"),
        (3, "development"),
        (4, "revision"),
        (5, "revision"),
    ]


def test_headlines_that_an_outlet_tries_in_turn_are_told_once(
    installation: CliInstallation,
) -> None:
    first = "Staudamm in Elstertal gebrochen"
    second = "Betreiber kannte Risse in der Mauer seit Wochen, sagen Ermittler"
    page = Page("de", "Hochwasser", "Die Pegel steigen weiter.")
    page.paragraphs.append("Der Staudamm ist gebrochen.")
    for title in (first, second, first, second, first, second):
        page.retitle(title)
    report = simulate(installation, page)
    assert [code for _, code in decisions(report)] == [
        "new_story", "development", "revision", "revision", "revision", "revision",
    ]  # fmt: skip


def test_an_old_page_that_matches_by_what_it_said_before_is_too_old(
    installation: CliInstallation,
) -> None:
    page = Page("de", "Wanderung um den See", "Der Staudamm lädt zum Wandern ein.")
    page.add("Am Kiosk gibt es Kuchen und Kaffee.")
    page.add("Der Staudamm ist gesperrt, sagte die Feuerwehr.")
    report = simulate(installation, page)
    assert decisions(report) == [(1, "too_old"), (2, "revision"), (3, "new_story")]


def test_what_a_minor_revision_says_is_told_once_another_outlet_says_it(
    installation: CliInstallation,
) -> None:
    page = Page("de", "Staudamm in Elstertal gebrochen", "Der Staudamm in Elstertal ist gebrochen.")
    page.lines[0]["published_at"] = page.lines[0]["first_seen_at"]
    page.retitle("Staudamm in Elstertal gebrochen: Ingenieur verhört")
    page.lines.append(
        page.lines[1]
        | {
            "url": "https://bote.example/verhoer",
            "outlet": "bote",
            "title": "Nach Bruch des Staudamms in Elstertal: Polizei verhört Ingenieur",
            "text": "Die Polizei hat nach dem Bruch des Staudamms einen Ingenieur verhört.",
            "published_at": "2026-11-22T09:30:00Z",
            "first_seen_at": "2026-11-22T09:30:00Z",
        }
    )
    report = simulate(installation, page)
    assert decisions(report) == [(1, "new_story"), (2, "revision"), (1, "development")]
    assert "verhört, Ingenieur" in report["decisions"][2]["reason"]


def test_the_first_text_of_an_article_is_no_news_beside_its_headline(
    installation: CliInstallation,
) -> None:
    page = Page("de", "Hochwasser")
    page.retitle("Staudamm in Elstertal gebrochen")
    page.add("Unterhalb der Staumauer am Staudamm suchen Helfer mit Hunden und Booten die Ufer ab.")
    page.add("Bei der Suche am Staudamm sind zwölf Tote geborgen worden, sagte die Feuerwehr.")
    report = simulate(installation, page)
    assert [code for _, code in decisions(report)] == ["new_story", "revision", "development"]
