"""Through random faults of servers, no story is lost, announced twice or cut short.

``bench/faults.py`` does the same for as long as it may.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.faultserver import fault_server
from tests.support.follow_outlet import follow

SEEDS = (2, 11)


@pytest.mark.slow
def test_no_story_that_was_served_is_lost_or_announced_twice_or_cut_short(tmp_path: Path) -> None:
    wrong: dict[int, list[str]] = {}
    with fault_server() as server:
        for seed in SEEDS:
            (tmp_path / str(seed)).mkdir()
            wrong[seed] = follow(server, tmp_path / str(seed), seed)
    assert wrong == {seed: [] for seed in SEEDS}
