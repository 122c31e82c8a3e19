"""docs/streams.md: its examples run on a real broker, and its tables and settings are right."""

from __future__ import annotations

import ast
import re
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from confluent_kafka import Consumer

from config.durations import format_duration
from config.settings import Settings
from core.clock import utc_now
from core.messages import AlertEvent, ArticleRevision, Match
from core.messages.envelope import ALERTS, ARTICLES, MATCHES, to_record
from core.streams.port import NewRecord
from core.streams.topology import stream_specs
from tests.contracts.kafka_streams import append, fill, new_prefix
from tests.contracts.streams_page import PAGE, PYTHON, SHELL, example
from tests.support.kafka import Broker
from wirewatch.contracts.asyncapi import asyncapi
from wirewatch.contracts.examples import ALERT, ARTICLE, FETCHED, MATCH
from wirewatch.contracts.generate import ROOT
from wirewatch.contracts.stream_texts import HEADERS, TEXTS

HOUR = timedelta(hours=1)
COUNT = 6
"""Records on each stream of the examples, an hour from one to the next."""


NEEDS_KCAT = pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")

START = utc_now().replace(microsecond=345000) - 8 * HOUR
"""Brokers refuse what lies ahead and drop what is older than they keep."""


def times() -> list[datetime]:
    """Whole milliseconds, as Kafka keeps them."""
    return [START + n * HOUR for n in range(COUNT)]


def records() -> Iterator[NewRecord]:
    """Articles, matches and alert events of some hours, and one match twice."""
    for number, at in enumerate(times()):
        article = ArticleRevision.model_validate(
            ARTICLE.model_dump() | {"revision": number + 1, "fetched_at": at}
        )
        match = MATCH.model_copy(update={"revision": article.revision, "article": article})
        yield to_record(article, at=at)
        yield to_record(Match.model_validate(match.model_dump()), at=at)
        event = ALERT.model_copy(update={"revision": article.revision, "at": at})
        yield to_record(AlertEvent.model_validate(event.model_dump()), at=at)
    yield to_record(MATCH, at=times()[0])


@pytest.fixture(scope="module")
def prefix(kafka: Broker) -> str:
    prefix = new_prefix()
    fill(kafka.address, prefix, {ARTICLES: 3, MATCHES: 3, ALERTS: 3}, records())
    return prefix


Runner = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def kcat(kafka: Broker, prefix: str) -> Iterator[Runner]:
    """Starts one of the page's commands as it stands there, on our broker and streams."""
    running: list[subprocess.Popen[str]] = []

    def run(words: str, *changes: tuple[str, str]) -> subprocess.Popen[str]:
        [text] = [text for text in SHELL if words in text]
        lines = text.partition(words)[2].splitlines()
        command = next(x for x in lines if x.startswith("kcat")).partition(" | ")[0]
        for old, new in (("localhost:9092", kafka.address), ("news.", f"{prefix}.news."), *changes):
            command = command.replace(old, new)
        child = subprocess.Popen(
            shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(child)
        return child

    yield run
    for child in running:
        child.kill()
        child.communicate()


@pytest.fixture
def start(kafka: Broker, prefix: str, tmp_path: Path) -> Iterator[Runner]:
    """Starts an example as its reader would, on our broker and streams."""
    running: list[subprocess.Popen[str]] = []

    def run(words: str, *arguments: str) -> subprocess.Popen[str]:
        code = example(words).replace("localhost:9092", kafka.address)
        code = code.replace('"news.', f'"{prefix}.news.').replace('"my-', f'"{prefix}-my-')
        (tmp_path / "example.py").write_text(code, encoding="utf-8")
        child = subprocess.Popen(
            [sys.executable, "example.py", *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(child)
        return child

    yield run
    for child in running:
        child.kill()
        child.communicate()


def lines(child: subprocess.Popen[str], count: int) -> list[str]:
    """So many lines of a program that goes on."""
    assert child.stdout is not None
    found = [child.stdout.readline().rstrip("\n") for _ in range(count)]
    assert all(found), child.communicate()[1]
    return found


def output(child: subprocess.Popen[str]) -> list[str]:
    """Everything a program prints that comes to its end."""
    out, err = child.communicate(timeout=90)
    assert child.returncode == 0, err
    return out.splitlines()


def test_the_first_example_handles_each_match_once_also_after_a_restart(start: Runner) -> None:
    first = start("Tell each match once")
    told = [f"{MATCH.topic_id} {ARTICLE.title}"] * COUNT
    assert lines(first, COUNT) == told
    time.sleep(2)  # time for the repeat, which is the last record of its partition
    first.terminate()
    assert first.communicate()[0] == ""
    again = start("Tell each match once")
    with pytest.raises(subprocess.TimeoutExpired):
        again.wait(5)
    again.terminate()
    assert again.communicate()[0] == ""


def test_the_second_example_follows_alerts(start: Runner) -> None:
    found = lines(start("Follow what happens to alerts"), COUNT)
    assert all(f"{ALERT.event.value} {ALERT.alert_id} {ALERT.reason}" in line for line in found)


def test_the_third_example_checks_every_article_against_the_schema(start: Runner) -> None:
    schema = str(ROOT / "docs/schemas/news.articles.v1.json")
    found = output(start("as CloudEvents and check", schema))
    assert len(found) == COUNT
    assert {line.partition(" ")[2] for line in found} == {
        f"wirewatch.news.articles.v1 {ARTICLE.article_id}"
    }


@pytest.mark.parametrize("words", ["Everything since a moment", "The same with kafka-python"])
def test_reading_from_a_date_returns_later_records_only(start: Runner, words: str) -> None:
    since = times()[2]
    assert len(output(start(words, since.isoformat()))) == COUNT - 2
    later = times()[-1] + HOUR
    assert output(start(words, later.isoformat())) == []


def test_every_python_example_is_run_by_a_test_or_is_a_configuration() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    run = re.findall(r'"((?:[A-Z][a-z]+|as) [^"]+)"', here)
    for code in PYTHON:
        title = ast.get_docstring(ast.parse(code)) or ""
        assert not title or any(words in title for words in run), title
        assert title or "librdkafka =" in code


def test_the_security_of_the_examples_is_spelled_as_the_clients_spell_it() -> None:
    from kafka import KafkaConsumer

    [code] = [code for code in PYTHON if "librdkafka =" in code]
    made = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(code).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    ours = {k: v for k, v in made["librdkafka"].items() if k != "ssl.ca.location"}
    Consumer({"group.id": "unused", **ours}).close()
    assert set(made["kafka_python"]) <= set(KafkaConsumer.DEFAULT_CONFIG)


def test_the_properties_given_to_kcat_are_librdkafkas() -> None:
    given = [word for text in SHELL for word in shlex.split(text, comments=True)]
    named = dict(w.split("=", 1) for w in given if re.fullmatch(r"[a-z.]+\.[a-z.]+=.*", w))
    assert {"isolation.level", "security.protocol", "sasl.mechanism"} <= set(named)
    named.pop("ssl.ca.location")
    Consumer({"group.id": "unused", **named}).close()


@NEEDS_KCAT
def test_kcat_prints_everything_since_a_moment_with_headers(kcat: Runner) -> None:
    since = f"s@{round(times()[2].timestamp() * 1000)}"
    found = output(kcat("# every match since a moment", ("s@1795338000000", since)))
    heads, values = found[::2], found[1::2]
    told = [datetime.fromtimestamp(int(head.split(" ")[0]) / 1000, UTC) for head in heads]
    assert sorted(told) == [times()[0], *times()[2:]]  # the repeat was appended last
    for head, value in zip(heads, values, strict=True):
        match = Match.model_validate_json(value)
        _, key, headers = head.split(" ", 2)
        assert key == match.topic_id == MATCH.topic_id
        assert {h.partition("=")[0] for h in headers.split(",")} >= {"ce_id", "ce_type"}


@NEEDS_KCAT
def test_kcat_follows_alerts(kcat: Runner, kafka: Broker, prefix: str) -> None:
    following = kcat("# follow alerts")
    said: list[str] = []
    for _ in range(30):  # one of them comes after it has begun to listen
        append(kafka.address, prefix, [to_record(ALERT, at=utc_now())])
        assert following.stdout is not None
        if select.select([following.stdout], [], [], 1)[0]:
            said.append(following.stdout.readline())
            break
    assert [AlertEvent.model_validate_json(line).reason for line in said] == [ALERT.reason]


def test_the_moment_in_the_kcat_command_is_the_one_in_the_text() -> None:
    [milliseconds] = re.findall(r"-o s@(\d+)", PAGE)
    assert datetime.fromtimestamp(int(milliseconds) / 1000, UTC) == datetime(
        2026, 11, 22, 9, tzinfo=UTC
    )


def test_the_table_of_streams_agrees_with_the_settings() -> None:
    rows = re.findall(r"^\| `(news\.[^`]+)` \| (.+?) \| (\d+) \| (.+?) \|", PAGE, re.MULTILINE)
    told = {name: (int(partitions), kept) for name, _, partitions, kept in rows}
    specs = stream_specs(Settings.model_construct(), published=["<topic_id>"])
    assert told == {s.name: (s.partitions, format_duration(s.retention)) for s in specs}
    keys = {name.replace("<", "{").replace(">", "}"): key.strip("`") for name, key, *_ in rows}
    assert keys.pop("news.dead-letter.v1") == "the original's"
    assert all(TEXTS[name].key == key for name, key in keys.items())


def test_the_page_explains_exactly_the_headers_that_are_sent() -> None:
    tables = re.findall(r"^\| Header \|.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    first = [row.split("|")[1] for table in tables for row in table.splitlines()[2:] if row]
    assert {name for cell in first for name in re.findall(r"`([^`]+)`", cell)} == set(HEADERS)


def test_the_asyncapi_document_that_the_page_links_is_current() -> None:
    assert (ROOT / "docs/asyncapi.json").read_text(encoding="utf-8") == asyncapi()
    assert "(asyncapi.json)" in PAGE


def test_a_repeated_record_has_the_same_id() -> None:
    first = to_record(MATCH, at=FETCHED)
    later = to_record(MATCH, at=FETCHED + HOUR)
    assert dict(first.headers)["ce_id"] == dict(later.headers)["ce_id"]
    assert dict(first.headers)["ce_time"] < dict(later.headers)["ce_time"]
