"""``wirewatch streams list|tail|lag`` on every engine."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.messages.envelope import ALERTS, ARTICLES, MATCHES
from core.streams.port import PartitionLag, StreamInfo, StreamSpec
from core.streams.prefix import Prefix
from tests.support.cli_installation import new_installation
from tests.support.engines import ENGINES
from tests.support.stream_installation import Site, new_site
from wirewatch.cli.streams import differences
from wirewatch.cli.streams.lag import STAGES, meaning, summed
from wirewatch.run.program import GROUPS

DAY = timedelta(days=1)


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return new_site(request, tmp_path)


def test_a_list_says_where_a_stream_differs_from_the_settings(site: Site) -> None:
    assert site.json("list") == []
    site.create()
    site.send("Nato-Beitritt", "Wetter")
    prefix = Prefix(site.settings.streams_prefix)
    rows = {row["stream"]: row for row in site.json("list")}
    row = rows[prefix.add(ARTICLES)]
    assert (row["partitions"], row["replication"]) == (3, 1)
    assert (row["retention"], row["retention_days"]) == ("30d", 30.0)
    assert row["records"] >= 2
    assert row["newest"] is not None
    assert {tuple(r["differs"]) for r in rows.values()} == {()}
    topic = (site.walk.config / "topics/nato-membership.yaml").read_text()
    site.walk.write("topics/nato-membership.yaml", f"{topic}publish: true\n")
    site.walk.environment["WIREWATCH_STREAMS_RETENTION"] = "3d"
    site.walk.environment["WIREWATCH_STREAMS_REPLICATION"] = "2"
    rows = {row["stream"]: row for row in site.json("list")}
    copy = rows[prefix.add("news.topic.nato-membership.v1")]
    assert (copy["differs"], copy["partitions"], copy["records"]) == (["missing"], None, 0)
    assert rows[prefix.add(ARTICLES)]["differs"] == [
        "replication: settings say 2",
        "retention: settings say 3d",
    ]
    assert "`wirewatch run` creates what is missing" in site.said("list")


def test_tail_is_lines_of_json_in_a_pipe_and_blocks_at_a_terminal(site: Site) -> None:
    site.create()
    site.send("Nato-Beitritt \x1b[31mrot\u202e", "Wetter")
    site.process()
    lines = [json.loads(x) for x in site.said("tail", MATCHES).splitlines()]
    assert [x.keys() for x in lines] == [
        {"stream", "partition", "offset", "key", "time", "headers", "value"}
    ]
    assert lines[0]["headers"]["ce_type"] == "wirewatch.news.matches.v1"
    shown = site.at_a_terminal("tail", MATCHES)
    name = Prefix(site.settings.streams_prefix).add(MATCHES)
    assert f"{name} {lines[0]['partition']}:{lines[0]['offset']}" in shown
    assert "nato-membership · score 30 of 30" in shown
    assert "Nato-Beitritt [31mrot\x1b" in shown.replace("\x1b[0m", "\x1b")
    assert "\u202e" not in shown
    assert json.loads(site.at_a_terminal("tail", MATCHES, "--json", "--limit", "1")) == lines[0]


def test_lag_counts_what_a_group_has_yet_to_read_and_says_who_reads(site: Site) -> None:
    assert site.said("lag") == "Nothing to read yet: `wirewatch run` creates the streams.\n"
    site.create()
    site.send("Nato-Beitritt", "Wetter")
    prefix = Prefix(site.settings.streams_prefix)
    rows = {(r["group"], r["stream"]): r for r in site.json("lag")}
    row = rows[prefix.add("processors"), prefix.add(ARTICLES)]
    assert row["records"] == 2
    assert row["seconds"] > 0
    assert row["members"] == []
    assert rows[prefix.add("alerts"), prefix.add(MATCHES)]["records"] == 0
    assert f"processors: nobody reads {ARTICLES}; 2 record(s) wait" in site.said("lag")
    site.process()
    with site.log() as log, closing(log.consumer("processors", [ARTICLES], slot="me")) as member:
        while {x.member for x in log.lag("processors", [ARTICLES])} != {"me"}:
            member.poll(timeout=0.1)
        each = [r for r in site.json("lag", "--partitions") if r["stream"] == prefix.add(ARTICLES)]
    assert [r["partition"] for r in each] == [0, 1, 2]
    assert {r["member"] for r in each} == {"me"}
    assert {(r["records"], r["seconds"]) for r in each} == {(0, 0.0)}
    assert sum(r["position"] or 0 for r in each) >= 2


def test_lag_shows_other_groups_on_the_streams_they_read_and_on_no_other(site: Site) -> None:
    site.create()
    site.send("Nato-Beitritt", "Wetter")
    with site.log() as log, closing(log.consumer("desk", [ARTICLES], slot="a")) as member:
        member.commit(member.poll(timeout=15))
    prefix = Prefix(site.settings.streams_prefix)
    mine = [r for r in site.json("lag") if r["group"] == prefix.add("desk")]
    assert [r["stream"] for r in mine] == [prefix.add(ARTICLES)]


def test_an_unknown_stream_is_2_with_the_nearest_names(site: Site) -> None:
    site.create()
    said = site.said("tail", "news.matchs.v1", code=2)
    assert "There is no stream 'news.matchs.v1'. Did you mean news.matches.v1" in said
    assert "There are: news.alerts.v1, " in site.said("tail", "nope", code=2)


def test_an_engine_that_is_away_is_3_and_a_sentence(tmp_path: Path) -> None:
    walk = new_installation(tmp_path)
    walk.environment["WIREWATCH_STREAMS_URL"] = "kafka://127.0.0.1:1"
    process = walk.start("streams", "list")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert out == ""
    assert "Traceback" not in err
    assert "127.0.0.1:1" in err.splitlines()[-1]


def test_a_difference_names_what_the_settings_want() -> None:
    info = StreamInfo("s", 12, 0, 0, 30 * DAY, None, 1_000_000, 1)
    spec = StreamSpec("s", 12, 30 * DAY)
    assert differences(info, spec) == []
    assert differences(info, None) == []
    assert differences(None, spec) == ["missing"]
    assert differences(info, replace(spec, partitions=6, max_record_bytes=5)) == [
        "partitions: settings say 6",
        "size limit: settings say 5",
    ]


def test_lag_knows_what_our_stages_read() -> None:
    assert STAGES == GROUPS


def test_lag_is_summed_and_its_meaning_said() -> None:
    def part(number: int, records: int, member: str | None, stream: str = ARTICLES) -> PartitionLag:
        return PartitionLag("g", stream, number, records, float(records), member, 4, 9)

    found = [part(0, 2, "a"), part(1, 5, None), part(0, 0, None, ALERTS), part(0, 3, None, MATCHES)]
    rows = summed(Prefix("acme"), found)
    assert rows[0] == {
        "group": "acme.g",
        "stream": f"acme.{ARTICLES}",
        "records": 7,
        "seconds": 5.0,
        "members": ["a"],
    }
    assert meaning(found) == [
        f"g: 5 record(s) of {ARTICLES} lie where no member reads yet.",
        f"g: nobody reads {ALERTS} now; what comes waits until it runs.",
        f"g: nobody reads {MATCHES}; 3 record(s) wait for it to run.",
    ]
