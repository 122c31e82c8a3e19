"""``wirewatch streams list|tail|lag`` on every engine."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import Settings
from core.messages.envelope import ALERTS, ARTICLES, MATCHES
from core.streams.port import PartitionLag, Record, StreamInfo, StreamSpec
from core.streams.prefix import Prefix
from tests.support.cli_installation import new_installation
from tests.support.engines import ENGINES
from tests.support.stream_installation import StreamInstallation, new_stream_installation
from wirewatch.cli.streams import differences
from wirewatch.cli.streams.lag import explain, group_rows, stage_streams
from wirewatch.cli.streams.names import parse_start
from wirewatch.cli.streams.selection import topics_of
from wirewatch.run.program import GROUPS

DAY = timedelta(days=1)


@pytest.fixture(params=ENGINES)
def streams(request: pytest.FixtureRequest, tmp_path: Path) -> StreamInstallation:
    return new_stream_installation(request, tmp_path)


def test_a_list_shows_where_a_stream_differs_from_the_settings(streams: StreamInstallation) -> None:
    assert streams.json("list") == []
    streams.create()
    streams.append("Nato-Beitritt", "Wetter")
    prefix = Prefix(streams.settings.streams_prefix)
    rows = {row["stream"]: row for row in streams.json("list")}
    row = rows[prefix.add(ARTICLES)]
    assert (row["partitions"], row["replication"]) == (3, 1)
    assert (row["retention"], row["retention_days"]) == ("30d", 30.0)
    assert row["records"] >= 2
    assert row["newest"] is not None
    assert {tuple(r["differs"]) for r in rows.values()} == {()}
    topic = (streams.installation.config / "topics/nato-membership.yaml").read_text()
    streams.installation.write("topics/nato-membership.yaml", f"{topic}publish: true\n")
    streams.installation.environment["WIREWATCH_STREAMS_RETENTION"] = "3d"
    streams.installation.environment["WIREWATCH_STREAMS_REPLICATION"] = "2"
    rows = {row["stream"]: row for row in streams.json("list")}
    copy = rows[prefix.add("news.topic.nato-membership.v1")]
    assert (copy["differs"], copy["partitions"], copy["records"]) == (["missing"], None, 0)
    assert rows[prefix.add(ARTICLES)]["differs"] == [
        "replication: settings say 2",
        "retention: settings say 3d",
    ]
    assert "`wirewatch run` creates missing streams" in streams.text("list")


@pytest.mark.processes
def test_tail_prints_lines_of_json_in_a_pipe_and_text_on_a_terminal(
    streams: StreamInstallation,
) -> None:
    streams.create()
    streams.append("Nato-Beitritt \x1b[31mrot\u202e", "Wetter")
    streams.process()
    lines = [json.loads(x) for x in streams.text("tail", MATCHES).splitlines()]
    assert [x.keys() for x in lines] == [
        {"stream", "partition", "offset", "key", "time", "headers", "value"}
    ]
    assert lines[0]["headers"]["ce_type"] == "wirewatch.news.matches.v1"
    shown = streams.on_terminal("tail", MATCHES)
    name = Prefix(streams.settings.streams_prefix).add(MATCHES)
    assert f"{name} {lines[0]['partition']}:{lines[0]['offset']}" in shown
    assert "nato-membership · score 30 of 30" in shown
    assert "Nato-Beitritt [31mrot\x1b" in shown.replace("\x1b[0m", "\x1b")
    assert "\u202e" not in shown
    assert json.loads(streams.on_terminal("tail", MATCHES, "--json", "--limit", "1")) == lines[0]
    last = ("--from", "1h", "--topic", "nato-membership", "--last", "1")
    assert json.loads(streams.text("tail", MATCHES, *last)) == lines[-1]
    assert streams.text("tail", MATCHES, "--topic", "other") == ""
    assert "--follow has none" in streams.text("tail", MATCHES, "--last", "1", "-f", code=2)


def test_records_are_about_the_topics_that_they_name() -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)

    def topics(value: bytes | None) -> set[str]:
        return set(topics_of(Record("s", 0, 0, None, value, (), moment)))

    assert topics(b'{"topic_id": "a"}') == {"a"}
    assert topics(b'{"topics": [{"topic_id": "a"}, {"topic_id": "b"}, 1]}') == {"a", "b"}
    for value in (None, b"{", b"[]", b'{"topics": 1, "topic_id": 2}'):
        assert topics(value) == set()


@pytest.mark.slow
def test_lag_counts_unread_records_and_names_the_members(streams: StreamInstallation) -> None:
    assert streams.text("lag").startswith("There are no streams yet in ")
    streams.create()
    streams.append("Nato-Beitritt", "Wetter")
    prefix = Prefix(streams.settings.streams_prefix)
    rows = {(r["group"], r["stream"]): r for r in streams.json("lag")}
    row = rows[prefix.add("processors"), prefix.add(ARTICLES)]
    assert row["records"] == 2
    assert row["seconds"] > 0
    assert row["members"] == []
    assert rows[prefix.add("alerts"), prefix.add(MATCHES)]["records"] == 0
    assert f"processors is not running; {ARTICLES} has 2 unread records" in streams.text("lag")
    streams.process()
    with streams.log() as log, closing(log.consumer("processors", [ARTICLES], slot="me")) as member:
        while {x.member for x in log.lag("processors", [ARTICLES])} != {"me"}:
            member.poll(timeout=0.1)
        read = prefix.add("processors"), prefix.add(ARTICLES)
        lags = streams.json("lag", "--partitions")
        each = [row for row in lags if (row["group"], row["stream"]) == read]
    assert [r["partition"] for r in each] == [0, 1, 2]
    assert {r["member"] for r in each} == {"me"}
    assert {(r["records"], r["seconds"]) for r in each} == {(0, 0.0)}
    assert sum(r["position"] or 0 for r in each) >= 2


def test_lag_lists_other_groups_only_on_the_streams_they_read(streams: StreamInstallation) -> None:
    streams.create()
    streams.append("Nato-Beitritt", "Wetter")
    with streams.log() as log, closing(log.consumer("desk", [ARTICLES], slot="a")) as member:
        member.commit(member.poll(timeout=15))
    prefix = Prefix(streams.settings.streams_prefix)
    rows = [r for r in streams.json("lag") if r["group"] == prefix.add("desk")]
    assert [r["stream"] for r in rows] == [prefix.add(ARTICLES)]


def test_an_unknown_stream_is_wrong_usage_with_similar_names(streams: StreamInstallation) -> None:
    streams.create()
    text = streams.text("tail", "news.matchs.v1", code=2)
    assert "There is no stream 'news.matchs.v1'. Did you mean news.matches.v1" in text
    assert "There are: news.alerts.v1, " in streams.text("tail", "nope", code=2)


@pytest.mark.processes
def test_an_unreachable_engine_exits_with_3_and_a_message(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.environment["WIREWATCH_STREAMS_URL"] = "kafka://127.0.0.1:1"
    process = installation.start("streams", "list")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, ""), err
    assert "Traceback" not in err
    assert "127.0.0.1:1" in err.splitlines()[-1]


def test_a_start_is_a_time_or_a_duration_and_without_a_zone_it_is_utc() -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    times = [parse_start(f"2026-11-22T{text}", now) for text in ("09:00:00", "10:00:00+01:00")]
    assert [*times, parse_start("1h", now)] == [now - timedelta(hours=1)] * 3
    with pytest.raises(UsageError, match="--from 'noon'"):
        parse_start("noon", now)


def test_streams_are_known_with_and_without_their_prefix(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.data.mkdir()
    installation.environment["WIREWATCH_STREAMS_PREFIX"] = "acme"
    settings = Settings(data_dir=installation.data, streams_prefix="acme")
    streams = StreamInstallation(installation, settings)
    streams.create()
    streams.append("Haushalt")
    assert "acme.news.articles.v1" in {row["stream"] for row in streams.json("list")}
    for name in ("acme.news.articles.v1", "news.articles.v1"):
        [record] = installation.tail(name)
        assert record["stream"] == "acme.news.articles.v1"


def test_a_difference_names_the_value_of_the_settings() -> None:
    info = StreamInfo("s", 12, 0, 0, 30 * DAY, None, 1_000_000, 1)
    spec = StreamSpec("s", 12, 30 * DAY)
    assert differences(info, spec) == []
    assert differences(info, None) == []
    assert differences(None, spec) == ["missing"]
    assert differences(info, replace(spec, partitions=6, max_record_bytes=5)) == [
        "partitions: settings say 6",
        "size limit: settings say 5",
    ]


def test_the_streams_of_the_stages_groups_are_up_to_date() -> None:
    assert stage_streams() == GROUPS


def test_lag_is_summed_by_stream_and_explained() -> None:
    def part(number: int, records: int, member: str | None, stream: str = ARTICLES) -> PartitionLag:
        return PartitionLag("g", stream, number, records, float(records), member, 4, 9)

    lags = [part(0, 2, "a"), part(1, 5, None), part(0, 0, None, ALERTS), part(0, 3, None, MATCHES)]
    rows = group_rows(Prefix("acme"), lags)
    assert rows[0] == {
        "group": "acme.g",
        "stream": f"acme.{ARTICLES}",
        "records": 7,
        "seconds": 5.0,
        "members": ["a"],
    }
    assert explain(lags) == [
        f"g: 5 records in partitions of {ARTICLES} without a member.",
        f"g is not running; new records of {ALERTS} wait for it.",
        f"g is not running; {MATCHES} has 3 unread records.",
    ]
