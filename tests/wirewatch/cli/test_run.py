from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest

from config.settings import Settings
from tests.support.cli_installation import new_installation
from tests.support.newsroom import Newsroom, Story
from tests.wirewatch.cli.conftest import PARAGRAPH
from wirewatch.cli.run import assign_stages, parse_stages, setting_warnings, share_out


@pytest.mark.processes
def test_a_full_disk_ends_a_round_with_3_and_nothing_is_lost(
    tmp_path: Path, newsroom: Newsroom
) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier=newsroom.feed_url("kurier"))
    newsroom.publish("kurier")
    installation.invoke_once()  # an empty feed: creates the databases
    for n in range(6):
        story = Story(f"/{n}", f"Bericht {n}", f"Wort{n} " * 4000 + PARAGRAPH)
        newsroom.publish("kurier", story)
    limit = max(path.stat().st_size for path in installation.data.glob("*.db")) + 60_000

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = installation.start_executable("run", "--once", "--json", preexec_fn=limit_file_size)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, out + err
    assert "run_failed" in err.splitlines()[-1]
    assert "The disk that holds" in json.loads(out)["troubles"][0]
    installation.invoke_once()
    matches = installation.tail("news.matches.v1")
    assert len({r["value"]["article_id"] for r in matches}) == 6


def test_kafka_with_a_store_in_a_file_and_a_missing_contact_are_warnings() -> None:
    kafka = Settings(streams_url="kafka://a:9092")
    assert [event for event, _ in setting_warnings(kafka, frozenset({"ingest"}))] == [
        "kafka_with_sqlite_store",
        "contact_missing",
    ]
    on_postgres = kafka.model_copy(update={"database_url": "postgresql://d"})
    assert setting_warnings(on_postgres, frozenset()) == []
    assert setting_warnings(Settings(http_contact="a@example.org"), frozenset({"ingest"})) == []


@pytest.mark.parametrize(
    ("workers", "processes", "cores", "expected"),
    [(0, 1, 8, 8), (0, 3, 8, 2), (0, 4, 2, 1), (5, 4, 2, 5)],
)
def test_processes_share_the_cores_for_extraction(
    workers: int, processes: int, cores: int, expected: int
) -> None:
    settings = Settings(extract_workers=workers, processes=processes)
    assert share_out(settings, cores).extract_workers == expected


ALL = frozenset(parse_stages(""))
OTHERS = ALL - {"web"}
WEB = frozenset({"web"})


@pytest.mark.parametrize(
    ("stages", "processes", "apart", "expected"),
    [
        (ALL, 1, True, [OTHERS, WEB]),
        (ALL, 3, True, [OTHERS, OTHERS, OTHERS, WEB]),
        (ALL, 1, False, [ALL]),
        (ALL, 2, False, [ALL, OTHERS]),
        (WEB, 4, True, [WEB]),
        (OTHERS, 2, True, [OTHERS, OTHERS]),
    ],
)
def test_the_console_has_a_process_of_its_own_where_stages_run_beside_it(
    stages: frozenset[str], processes: int, apart: bool, expected: list[frozenset[str]]
) -> None:
    settings = Settings(processes=processes, web_process=apart)
    assert assign_stages(settings, stages) == expected
