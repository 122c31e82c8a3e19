"""The tools for topics on an archive: its vocabulary, and the articles that its index proposes."""

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


TOPIC = """\
id: peace
title: Peace
threshold: 30
rules:
  - {id: talks, weight: 20, query: Verhandlung}
  - {id: ukraine, weight: 10, query: Ukraine}
  - {id: wide, weight: 1, query: "verh* OR *andlung*"}
  - {id: snow, weight: 30, query: Schnee}
  - {id: sport, weight: -30, query: Fußball}
"""
MANY = tuple(f"Der Bericht Nummer {n} mit dem Wort verh{chr(97 + n % 26)}{n}x" for n in range(210))


@pytest.mark.slow
def test_tools_read_only_the_articles_of_the_archive_in_which_a_rule_can_fire(
    own_installation: CliInstallation,
) -> None:
    now = utc_now()
    fill(own_installation, now)
    archive = open_archive(Settings(data_dir=own_installation.data), words_of)
    for number, title in enumerate(MANY):
        at = now - timedelta(hours=1, minutes=number)
        fields = {"url": f"https://b.example/{number}", "title": title, "language": "de"}
        archive.add([article_from_fields(fields | {"first_seen_at": at, "fetched_at": at})])
    archive.close()
    own_installation.write("topics/peace.yaml", TOPIC)
    changed = TOPIC.replace("query: Ukraine", "query: Ukraine OR Genf")
    (own_installation.folder / "changed.yaml").write_text(changed, encoding="utf-8")
    path = str(own_installation.folder / "changed.yaml")

    back = json.loads(own_installation.invoke("topics", "backtest", "peace", "--json"))
    assert back["articles"] == len(HEADLINES) + len(MANY), "those that cannot match are counted"
    assert [(m["title"], m["score"]) for m in back["matches"]] == [(HEADLINES[1], 31)]
    assert [m["title"] for m in back["messages"]] == [HEADLINES[1]]
    assert {m["title"] for m in back["near_misses"]} == {HEADLINES[n] for n in (0, 2, 6)}
    shown = own_installation.execute("topics", "backtest", "peace", "--limit", "1")
    assert ("… and 2 more (--limit)." in shown.out, shown.err) == (True, "")
    first = f"{now - timedelta(days=6, minutes=1):%Y-%m-%d}"
    narrow = own_installation.execute("topics", "backtest", "peace", "--since", "30m")
    reach = f"has 217 articles, the first fetched on {first}: --since {first} reads"
    assert reach in narrow.err
    diff = json.loads(own_installation.invoke("topics", "diff", "peace", path, "--json"))
    assert (diff["articles"], diff["old"], diff["new"]) == (back["articles"], 1, 2)
    assert [each["title"] for each in diff["gained"]] == [HEADLINES[0]]
    narrow = own_installation.execute("topics", "diff", "peace", path, "--since", "30m")
    assert (reach in narrow.err, "let somebody else look" in narrow.out) == (True, False)
    assert "let somebody else look" in own_installation.invoke("topics", "diff", "peace", path)

    own_installation.write("topics/peace.yaml", TOPIC.replace("threshold: 30", "threshold: 1"))
    done = own_installation.execute("topics", "lint", "peace", "--since", "8d", "--json")
    messages = {f["code"]: f["message"] for f in json.loads(done.out) if f["code"] > "W102"}
    assert messages["W103"].startswith("`verh*` finds 212 words of the articles: verh")
    assert messages["W105"] == "Rule `sport` fired in none of 217 articles."
    assert messages["W106"].endswith("articles a day, more than 20.")
    assert messages["W108"].startswith("Rule `talks` fired in 4 of 217 articles, decided none.")
    assert "Leave it where it guards" in done.out
