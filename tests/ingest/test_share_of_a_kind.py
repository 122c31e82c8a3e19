"""How many jobs of one kind may run at a time."""

from __future__ import annotations

import pytest

from ingest.job_runner import most_of_a_kind


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (2, 2), (3, 3), (4, 3), (20, 15)])
def test_one_kind_of_job_takes_three_quarters_at_most(concurrency: int, most: int) -> None:
    assert most_of_a_kind(concurrency) == most
