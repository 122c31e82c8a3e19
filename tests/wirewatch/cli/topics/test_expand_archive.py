"""``topics expand`` on an archive: by its vocabulary, and by its articles from a time on."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.settings import Settings
from core.archive.fill import FILLED
from core.archive.open import open_archive
from core.clock import rfc3339, utc_now
from processors import article_from_fields
from processors.archive.words import words_of
from tests.support.cli_installation import CliInstallation

HEADLINES = (
    "Friedensverhandlungen beginnen am Montag in Genf",
    "Die Verhandlungen über die Ukraine dauern an",
    "Die Verhandlung dauert an, die Verhandlungen folgen",
    "Die Ukraine tritt dem Abkommen am Montag bei",
    "Sie kriegen heute nichts als Regen",
    "Der Beitritt zur EU ist kein Beitrag zum Frieden",
    "Wir sprechen von Verhandlungen ohne die NATO",
)


def fill(installation: CliInstallation, now: datetime) -> None:
    """Archive the headlines, one a day, the first one today."""
    archive = open_archive(Settings(data_dir=installation.data), words_of)
    for number, title in enumerate(HEADLINES):
        at = now - timedelta(days=number, minutes=1)
        fields = {"url": f"https://a.example/{number}", "title": title, "language": "de"}
        archive.add([article_from_fields(fields | {"first_seen_at": at, "fetched_at": at})])
    archive.set_note(FILLED, rfc3339(now))
    archive.close()


@pytest.mark.slow
def test_expand_counts_the_words_of_the_archive(own_installation: CliInstallation) -> None:
    fill(own_installation, utc_now())

    def ask(*command: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            own_installation.invoke("topics", "expand", *command, "--json")
        )
        return answer

    def found(*command: str) -> set[tuple[str, int, str]]:
        return {(w["word"], w["articles"], w["how"]) for w in ask(*command)["words"]}

    counted = {
        ("Verhandlungen", 3, "form"),
        ("Verhandlung", 1, "as written"),
        ("Friedensverhandlungen", 1, "compound"),
    }
    assert found("Verhandlung") == found("Verhandlung", "--since", "9d") == counted
    assert ask("Verhandlung")["source"] == "vocabulary"
    recent = {("Friedensverhandlungen", 1, "compound"), ("Verhandlungen", 1, "form")}
    assert found("Verhandlung", "--since", "2d") == recent
    assert found("*verhandlung*") == {
        ("Verhandlungen", 3, "wildcard"),
        ("Verhandlung", 1, "as written"),
        ("Friedensverhandlungen", 1, "wildcard"),
    }
    assert found("beitreten") == {("tritt … bei", 1, "separated"), ("Beitritt", 1, "form")}
    assert found("Krieg") == set(), "a verb that is written small is no noun"
    assert found("=NATO") == {("NATO", 1, "as written")}
    assert found("=Nato") == set()
    assert found('Verhandlung EXCEPT "Friedensverhandlungen"') == counted - {
        ("Friedensverhandlungen", 1, "compound")
    }
    assert found('"Ukraine dauern"') == {("Ukraine dauern", 1, "as written")}
    assert found("Ukraine NEAR/2 Verhandlung") == {
        ("Ukraine", 1, "as written"),
        ("Verhandlungen", 1, "form"),
    }
    people = own_installation.invoke("topics", "expand", "Verhandlung")
    assert "Friedensverhandlungen" in people
    assert "Die Verhandlungen über die Ukraine dauern an" in people, "the newest as example"
    assert own_installation.invoke("topics", "expand", "Xylophon") == "No word of the archive.\n"
