"""``topics expand``, ``diff`` and ``backtest``: topics over many articles."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import utc_now
from core.store import Store, articles
from processors import article_from_fields
from tests.support.cli_installation import CliInstallation
from tests.support.records import article_record

TOPIC = """\
id: peace
title: Peace talks
threshold: 30
terms: {talks: Verhandlung OR gespräch* OR beitreten}
deny: {talks: [Selbstgespräch]}
rules:
  - {id: talks, weight: 20, query: $talks}
  - {id: ukraine, weight: 10, query: Ukraine}
  - {id: sport, weight: -30, query: Fußball}
"""
FILE = "/".join(("config", "topics", "peace.yaml"))
HEADLINES = (
    "Ukraine: Friedensverhandlungen beginnen am Montag",
    "Gesprächspartner der Ukraine ist ein Selbstgespräch zu wenig",
    "Verhandlungen über die Ukraine dauern an",
    "Die Ukraine tritt dem Abkommen bei",
    "Verhandlung vor dem Landgericht Köln",
    "Fußball: Gespräche mit dem Trainer der Ukraine",
)


def lines(**more: Any) -> bytes:
    """Return the headlines as JSON lines, an hour apart, each of an outlet of its own."""
    rows = (
        {
            "url": f"https://blatt{n}.example.org/a",
            "outlet": f"blatt{n}",
            "language": "de",
            "title": title,
            "first_seen_at": f"2026-11-22T{n:02}:00:00Z",
        }
        for n, title in enumerate(HEADLINES)
    )
    return "\n".join(json.dumps(row | more) for row in rows).encode()


@pytest.fixture
def topic(own_installation: CliInstallation) -> CliInstallation:
    own_installation.write("topics/peace.yaml", TOPIC)
    return own_installation


def ask(installation: CliInstallation, *args: str) -> dict[str, Any]:
    out = installation.invoke("topics", *args, "--articles", "-", "--json", stdin=lines())
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.slow
def test_expand_lists_the_words_that_a_term_finds_and_how(topic: CliInstallation) -> None:
    expansion = ask(topic, "expand", "talks", "--topic", "peace")
    assert expansion["articles"] == 6
    found = [(w["word"], w["articles"], w["how"], w["part"]) for w in expansion["words"]]
    assert sorted(found) == [
        ("Friedensverhandlungen", 1, "compound", "Verhandlung"),
        ("Gespräche", 1, "wildcard", "gespräch*"),
        ("Gesprächspartner", 1, "wildcard", "gespräch*"),
        ("Verhandlung", 1, "as written", "Verhandlung"),
        ("Verhandlungen", 1, "form", "Verhandlung"),
        ("tritt … bei", 1, "separated", "beitreten"),
    ]
    words = '"Friedensverhandlungen", "Gespräche", "Gesprächspartner"'
    assert expansion["deny"] == f"deny: {{talks: [{words}]}}"

    plain = ask(topic, "expand", 'ukraine* EXCEPT "Die Ukraine"')
    assert [(w["word"], w["articles"], w["how"]) for w in plain["words"]] == [
        ("Ukraine", 3, "as written")
    ]
    assert plain["deny"] == ""
    near = ask(topic, "expand", "Ukraine NEAR/1 (Montag OR Verhandlung)")
    assert sorted((w["word"], w["articles"]) for w in near["words"]) == [
        ("Friedensverhandlungen", 1),
        ("Ukraine", 1),
    ], "of operands only what is part of a hit is listed"
    topic.write("vocabulary/v.yaml", "- {id: shared, forms: {de: Verhandlung}}\n")
    shared = ask(topic, "expand", "$shared")
    assert {w["part"] for w in shared["words"]} == {"Verhandlung"}
    for by_one_or_two in ("gespräch*", "gespräch* OR *sprächspartner"):
        people = topic.invoke("topics", "expand", by_one_or_two, "--articles", "-", stdin=lines())
        assert 'EXCEPT ("Gespräche" OR "Gesprächspartner")' in people
    for wrong in ("a b", "$nothing", "ab*"):
        assert topic.execute("topics", "expand", wrong).code == 2


def test_expand_reads_labelled_headlines_and_says_where_nothing_is_stored(
    own_installation: CliInstallation,
) -> None:
    args = ("topics", "expand", "Verhandlung")
    labelled = "\ufeff# the first half\n+ de: Verhandlungen in Genf\n\n- Keine Verhandlung\tLead\n"
    labelled += '{"title": "Verhandlung", "language": "de", "expected": true}'
    out = own_installation.invoke(*args, "--articles", "-", "--json", stdin=labelled.encode())
    found = json.loads(out)
    assert found["articles"] == 3
    assert [(w["word"], w["articles"]) for w in found["words"]] == [
        ("Verhandlung", 2),
        ("Verhandlungen", 1),
    ]
    empty = own_installation.execute(*args, "--articles", "-", stdin=b"# a\n+ ")
    assert (empty.code, "line 2: there is no headline after the sign" in empty.err) == (1, True)
    assert "of labelled headlines too" in own_installation.execute(*args).err


@pytest.mark.slow
def test_expand_reads_the_store_where_no_file_is_given(topic: CliInstallation) -> None:
    now = utc_now()
    store = Store.open(f"sqlite:///{topic.data / 'store.db'}")
    for age, title in ((1, "Ukraine: Verhandlung"), (40, "Verhandlung von früher")):
        at = now - timedelta(days=age)
        fields = {"url": f"https://a.example.org/{age}", "title": title, "language": "de"}
        article = article_from_fields(fields | {"first_seen_at": at, "fetched_at": at})
        record = article_record(
            article_id=article.article_id, url_key=article.url, first_seen_at=at, revised_at=at
        )
        with store.write() as connection:
            articles.add_revision(connection, record, article)
    store.close()
    command = ("topics", "expand", "Verhandlung", "--json")
    assert json.loads(topic.invoke(*command))["articles"] == 1
    both = json.loads(topic.invoke(*command, "--since", "90d"))
    assert [(w["word"], w["articles"]) for w in both["words"]] == [("Verhandlung", 2)]
    back = json.loads(topic.invoke("topics", "backtest", "peace", "--since", "90d", "--json"))
    assert (back["articles"], len(back["matches"])) == (2, 1)


def test_diff_names_the_articles_that_a_change_gains_and_loses(
    topic: CliInstallation, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.yaml"
    changed.write_text(TOPIC.replace("Verhandlung OR ", ""), encoding="utf-8")
    result = ask(topic, "diff", "peace", str(changed))
    assert (result["articles"], result["old"], result["new"]) == (6, 4, 2)
    assert result["gained"] == []
    assert [(each["title"], each["score"], each["rules"]) for each in result["lost"]] == [
        (HEADLINES[0], 30, ["talks", "ukraine"]),
        (HEADLINES[2], 30, ["talks", "ukraine"]),
    ]
    out = topic.invoke("topics", "diff", str(changed), "peace", "--articles", "-", stdin=lines())
    assert f"+ {HEADLINES[0]}" in out
    assert "2 matched before, 4 after; 2 gained, 0 lost." in out
    assert "more than 30% of the matches" in out


@pytest.mark.processes
def test_diff_reads_a_file_of_a_git_revision(topic: CliInstallation) -> None:
    def git(*args: str) -> None:
        name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *name, *args], cwd=topic.folder, check=True, capture_output=True)

    git("init", "-q")
    git("add", FILE)
    git("commit", "-q", "-m", "first")
    topic.write("topics/peace.yaml", TOPIC.replace("Verhandlung OR ", ""))
    result = ask(topic, "diff", f"HEAD:{FILE}", "peace")
    assert (result["old"], result["new"], len(result["lost"])) == (4, 2, 2)
    missing = topic.execute("topics", "diff", "HEAD:nowhere/none.yaml", "peace")
    assert (missing.code, "does not exist" in missing.err) == (2, True)


@pytest.mark.slow
def test_backtest_shows_matches_messages_and_near_misses(
    topic: CliInstallation, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(TOPIC.replace("threshold: 30", "threshold: 20"), encoding="utf-8")
    result = ask(topic, "backtest", "peace", "--against", str(other))
    assert result["articles"] == 6
    assert [each["title"] for each in result["matches"]] == list(HEADLINES[:4])
    assert [(each["title"], each["score"]) for each in result["near_misses"]] == [
        (HEADLINES[4], 20)
    ]
    told = [url for message in result["messages"] for url in message["urls"]]
    assert "https://blatt0.example.org/a" in told
    assert {message["topic"] for message in result["messages"]} == {"peace"}
    assert result["days"] == [
        {"day": "2026-11-22", "matches": 4, "messages": len(result["messages"])}
    ]
    assert {
        "outlet": "blatt3",
        "matches": 1,
        "messages": told.count("https://blatt3.example.org/a"),
    } in (result["outlets"])
    against = result["against"]
    assert (against["matches"], len(against["lost"]), against["gained"]) == (5, 1, [])
    out = topic.invoke("topics", "backtest", "peace", "--articles", "-", stdin=lines())
    assert "6 articles, 4 matches" in out
    assert "Near misses:" in out


@pytest.mark.slow
def test_backtest_writes_what_it_found_as_lines_to_label(topic: CliInstallation) -> None:
    rows = lines(lead="Am Rande des Gipfels.") + b"\n" + lines(outlet="kopie").replace(b"/a", b"/b")
    args = ("topics", "backtest", "peace", "--articles", "-", "--labels")
    done = topic.execute(*args, "--limit", "7", stdin=rows)
    comment, *matches = done.out.splitlines()
    assert comment == "# matches"
    assert matches[:4] == [f"? de: {title} || Am Rande des Gipfels." for title in HEADLINES[:4]]
    assert matches[4:] == ["# near misses", f"? de: {HEADLINES[4]} || Am Rande des Gipfels."]
    assert "Left out: 4 copies of these headlines." in done.err
    judged = done.out.replace("? de: Ukraine", "- de: Ukraine").replace("? ", "+ ")
    result = json.loads(
        topic.invoke("topics", "try", "peace", "-", "--json", stdin=judged.encode())
    )
    assert (result["precision"], result["recall"]) == (0.75, 0.75)
    for other in (("--json",), ("--against", "peace")):
        assert topic.execute(*args, *other, stdin=rows).code == 2


@pytest.mark.slow
def test_articles_of_a_file_must_be_articles(topic: CliInstallation) -> None:
    args = ("topics", "diff", "peace", "peace", "--articles", "-")
    for wrong in (b"no json", b"[]", b'{"first_seen_at": "yesterday"}'):
        done = topic.execute(*args, stdin=wrong)
        assert (done.code, "line 1" in done.err) == (1, True)
    assert "0 gained" in topic.invoke(*args, stdin=b'{"title": "Ukraine", "language": "de"}')
    assert topic.execute("topics", "backtest", "peace", "--articles", "-", stdin=b"{}").code == 1
    assert topic.execute("topics", "diff", "peace", "peace", "--since", "soon").code == 2
