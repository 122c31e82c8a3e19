"""The command line as a script sees it: what stands on stdout, and the exit code."""

from __future__ import annotations

import json
import resource
import shlex
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.store.feed_record import classify_feed
from tests.support.cli_installation import WIREWATCH, CliInstallation, new_installation
from tests.support.newsroom import Newsroom, Story
from tests.support.records import feed_record
from wirewatch.cli.feeds import as_row
from wirewatch.cli.output import _json
from wirewatch.cli.streams.names import parse_start

PARAGRAPH = (
    "Die Regierung in Stockholm hat am Montag den Antrag auf den Nato-Beitritt unterzeichnet. "
    "Das sagte die Ministerin vor der Presse in der Hauptstadt und nannte Einzelheiten. "
)
EXTRACTED = {
    "input", "url", "title", "lead", "text", "language", "published_at", "authors", "access",
    "zones",
}  # fmt: skip


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> CliInstallation:
    """An installation to ask things of."""
    return installed(tmp_path_factory.mktemp("cli"))


def installed(folder: Path) -> CliInstallation:
    """An installation that has never run."""
    walk = new_installation(folder)
    walk.sources(kurier="http://127.0.0.1:1/feed.xml")
    page = Story("/a", "Antrag\x9b31m unterzeichnet", f"{PARAGRAPH}\n{PARAGRAPH}\u2028Ende.").html()
    (walk.folder / "page.html").write_bytes(page)
    (walk.folder / "bytes").write_bytes(bytes(range(256)) * 20)
    return walk


def said(walk: CliInstallation, *args: str, code: int = 0, stdin: bytes = b"") -> tuple[str, str]:
    """What a command says on stdout and stderr."""
    done = subprocess.run(
        [str(WIREWATCH), *args], cwd=walk.folder, env=walk.env, input=stdin, capture_output=True,
        check=False, timeout=60,
    )  # fmt: skip
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"{args}: {done.returncode}\n{out}\n{err}"
    assert "Traceback" not in err
    return out, err


def test_extract_gives_a_line_for_each_input_whatever_it_is(walk: CliInstallation) -> None:
    inputs = ["page.html", "nope.html", ".", "bytes", "-", "http://127.0.0.1:1/x"]
    out, _ = said(walk, "articles", "extract", "--json", *inputs, code=3, stdin=b"\x00\xff\x1b[2J")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["input"] for row in rows] == inputs
    assert all(row.keys() >= EXTRACTED for row in rows)
    assert ["error" in row for row in rows] == [False, True, True, True, True, True]
    assert "Nato-Beitritt" in rows[0]["lead"] + rows[0]["text"]


@pytest.mark.parametrize(("source", "code"), [("page.html", 0), ("bytes", 1), ("nope.html", 2)])
def test_extract_for_people_is_clean_and_tells_by_its_exit_code(
    walk: CliInstallation, source: str, code: int
) -> None:
    out, err = said(walk, "articles", "extract", source, code=code)
    assert out.strip()
    assert err == ""
    assert not set(out) & set("\x1b\x9b\x00\u2028")


def test_explain_is_0_either_way_and_2_for_what_is_not_there(walk: CliInstallation) -> None:
    explain = ("topics", "explain", "nato-membership", "-", "--json")
    hit = b'\xef\xbb\xbf{"language": "de", "title": "Nato-Beitritt \\ud800", "text": "So."}'
    found = json.loads(said(walk, *explain, stdin=hit)[0])
    assert (found["match"], found["score"], found["threshold"]) == (True, 30, 30)
    assert found["rules"] == [{"id": "direct", "weight": 30, "fired": True}]
    assert found.keys() >= {"topic", "evidence", "gates"}
    assert json.loads(said(walk, *explain, stdin=b'{"title": "Wetter"}')[0])["match"] is False
    said(walk, *explain, stdin=b'{"a":' + b"[" * 100_000, code=2)
    _, err = said(walk, "topics", "explain", "nope", "page.html", code=2)
    assert "'nope' is no topic. There are: nato-membership." in err


def test_lists_are_arrays_before_anything_has_run(tmp_path: Path) -> None:
    walk = installed(tmp_path)
    for group in ("alerts", "streams"):
        assert json.loads(said(walk, group, "list", "--json")[0]) == []
    [feed] = json.loads(said(walk, "feeds", "list", "--json")[0])
    assert (feed["state"], feed["url"]) == ("new", "http://127.0.0.1:1/feed.xml")
    assert said(walk, "streams", "tail", "news.alerts.v1")[0] == ""
    names = {path.name for path in walk.data.iterdir()}
    assert names <= {"instances", "store.db", "streams.db", "store.db-journal"}


def test_feed_errors_stored_by_an_older_version_are_listed_unchanged() -> None:
    now = datetime.now(UTC)
    feed = feed_record(last_error="HTTP 500.", due_reason="Trying again", fail_count=1)
    row = as_row(classify_feed(replace(feed, fail_since=now), None, now))
    assert (row["last_error"], row["next_due_why"]) == ("HTTP 500.", "Trying again")
    assert row["why"].startswith("HTTP 500. Failed at ")


@pytest.mark.parametrize(
    "words",
    ["feeds poll nope", "streams tail nope", "streams tail news.alerts.v1 --from soon",
     "alerts show 12345678", "alerts list --state gone", "alerts list --topic nope",
     "articles show nope", "run --only nope", "nope"],
)  # fmt: skip
def test_wrong_usage_is_2_and_a_sentence(walk: CliInstallation, words: str) -> None:
    out, err = said(walk, *shlex.split(words), code=2)
    assert out == ""
    assert "nope" in err or len(err) > 20


def test_a_poll_by_url_of_a_feed_that_is_away_is_3(walk: CliInstallation) -> None:
    out, _ = said(walk, "feeds", "poll", "http://127.0.0.1:1/feed.xml", "--json", code=3)
    row = json.loads(out)
    assert (row["outcome"], row["state"]) == ("connect", "failing")
    assert (row["message"], row["last_error"]) == ("No connection.", "No connection.")
    assert row["why"].startswith("No connection. Failed at ")
    assert row["next_due_why"].startswith("No connection. Next attempt after ")


def test_check_and_lint_and_test_share_one_fault(tmp_path: Path) -> None:
    walk = new_installation(tmp_path)
    walk.sources(kurier="http://127.0.0.1:1/feed.xml")
    bad = "id: bad\ntitle: Bad\nquery: '(a'\n"
    walk.write("topics/bad.yaml", bad)
    walk.write("topics/weak.yaml", "id: weak\ntitle: Weak\nquery: Haus\ntests:\n"
               "  - {name: a house, title: Haus, match: false}\n")  # fmt: skip
    for words in (("check",), ("topics", "lint", "bad")):
        faults = json.loads(said(walk, *words, "--json", code=1)[0])
        [fault] = [f for f in faults if f["code"].startswith("E")]
        assert fault.keys() == {"file", "line", "column", "code", "message", "mend"}
        assert (Path(fault["file"]).name, fault["line"]) == ("bad.yaml", 3)
    [failed] = json.loads(said(walk, "topics", "test", "weak", "--json", code=1)[0])
    assert (Path(failed["file"]).name, failed["line"]) == ("weak.yaml", 5)


def test_a_reader_that_goes_early_is_no_failure(walk: CliInstallation) -> None:
    many = " ".join(["page.html"] * 400)
    shell = f"'{WIREWATCH}' articles extract --json {many} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], cwd=walk.folder, env=walk.env, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    line, status = done.stdout.splitlines()
    assert json.loads(line)["input"] == "page.html"
    assert (status, done.stderr) == ("0", "")


@pytest.mark.parametrize("command", [["check"], ["feeds", "list"]])
def test_output_that_cannot_be_written_is_3(walk: CliInstallation, command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(WIREWATCH), *command], env=walk.env, stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == "wirewatch: The output cannot be written: No space left on device.\n"


def test_a_setting_nobody_knows_is_a_warning(walk: CliInstallation) -> None:
    walk.environment["WIREWATCH_WEB_PRT"] = "1"
    try:
        _, err = said(walk, "alerts", "list")
    finally:
        del walk.environment["WIREWATCH_WEB_PRT"]
    assert "unknown_setting" in err
    assert "nearest=WIREWATCH_WEB_PORT" in err


def test_help_shows_examples_and_version_the_version(walk: CliInstallation) -> None:
    assert "wirewatch run --once --json" in said(walk, "--help")[0]
    assert said(walk, "--version")[0].startswith("wirewatch 0.")


def test_a_full_disk_ends_a_run_with_3_and_nothing_is_lost(tmp_path: Path, room: Newsroom) -> None:
    walk = new_installation(tmp_path)
    walk.sources(kurier=room.feed_url("kurier"))
    room.publish("kurier")
    walk.once()  # an empty feed: the databases are there
    for n in range(6):
        room.publish("kurier", Story(f"/{n}", f"Bericht {n}", f"Wort{n} " * 4000 + PARAGRAPH))
    size = max(path.stat().st_size for path in walk.data.glob("*.db"))

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 60_000, size + 60_000))

    process = walk.start("run", "--once", "--json", preexec_fn=small)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, out + err
    assert "run_failed" in err.splitlines()[-1]
    assert "The disk that holds" in json.loads(out)["troubles"][0]
    walk.once()
    assert len({r["value"]["article_id"] for r in walk.tail("news.matches.v1")}) == 6


def test_json_holds_nothing_that_moves_a_cursor_or_ends_a_line() -> None:
    nasty = "a\x1b[2J\x7f\x9b\u2028\u202e\ud800\u0085ä"
    text = _json({nasty: nasty}, indent=None)
    assert json.loads(text) == {nasty: nasty}
    assert "ä" in text
    assert len(text.splitlines()) == 1
    text.encode()
    assert not set(text) & set("\x1b\x7f\x9b\u2028\u202e")


def test_a_start_without_a_zone_is_utc() -> None:
    assert parse_start("2026-11-22T09:00:00") == parse_start("2026-11-22T10:00:00+01:00")


def test_streams_are_known_by_their_prefix(tmp_path: Path, room: Newsroom) -> None:
    walk = new_installation(tmp_path)
    walk.environment["WIREWATCH_STREAMS_PREFIX"] = "acme"
    walk.sources(kurier=room.feed_url("kurier"))
    room.publish("kurier", Story("/a", "Haushalt", "Der Rat hat den Haushalt beschlossen."))
    walk.once()
    names = {row["stream"] for row in json.loads(walk.call("streams", "list", "--json"))}
    assert "acme.news.articles.v1" in names
    for name in ("acme.news.articles.v1", "news.articles.v1"):
        [record] = walk.tail(name)
        assert record["stream"] == "acme.news.articles.v1"
