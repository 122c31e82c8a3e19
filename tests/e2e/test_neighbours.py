"""Bad outlets, receivers and clients cost the good ones neither an article nor the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.memory_watch import ProcessSample, role_of
from tests.support.neighbourhood import Plan, find_faults, run_neighbourhood

BAD = (
    "feed: author of 100 KB",
    "pages: a million tags",
    "webhook: no answer",
    "console: 300 idle connections",
)
PLAN = Plan(outlets=3, articles=2, pause=1.5, copies=1, patience=60)


@pytest.mark.processes
@pytest.mark.timeout(180)
def test_good_articles_are_notified_beside_bad_neighbours_and_the_program_stops(
    tmp_path: Path,
) -> None:
    outcome = run_neighbourhood(tmp_path, PLAN, BAD)
    assert not list(find_faults(outcome, slack=2.0)), outcome
    assert outcome.health["no answer"] == 0, outcome
    assert outcome.unvisited == 0, "a bad server was not there for the program"
    assert outcome.peaks.keys() >= {"parent", "stages", "console", "worker for pages"}


def test_roles_of_processes_follow_from_what_their_fork_servers_parse() -> None:
    processes = [
        (1, 0, ""),
        (2, 1, ""),
        (3, 1, ""),
        (4, 2, "feeds"),
        (5, 4, "feeds"),
        (6, 3, "pages"),
    ]
    samples = {p: ProcessSample(p, parent, parser, 0, 0, 0) for p, parent, parser in processes}
    assert [role_of(pid, samples, 1) for pid in samples] == [
        "parent",
        "stages",
        "console",
        "fork server for feeds",
        "worker for feeds",
        "fork server for pages",
    ]
