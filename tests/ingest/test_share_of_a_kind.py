"""How many jobs of one kind may run at a time."""

from __future__ import annotations

import pytest

from ingest.job_runner import most_of_a_kind, share_of_a_kind


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (2, 2), (3, 3), (4, 3), (20, 15)])
def test_one_kind_of_job_takes_three_quarters_at_most(concurrency: int, most: int) -> None:
    assert most_of_a_kind(concurrency) == most


@pytest.mark.parametrize(("concurrency", "share"), [(1, 1), (4, 1), (8, 1), (20, 3), (500, 63)])
def test_each_kind_of_job_gets_an_eighth_before_the_first_goes_on(
    concurrency: int, share: int
) -> None:
    assert share_of_a_kind(concurrency) == share
