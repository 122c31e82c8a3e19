"""Large batches are decided in several short transactions."""

from __future__ import annotations

import pytest

from alerts import worker
from alerts.worker import transactions
from core.store import Store
from tests.alerts.harness import OTHER_TEXT, Harness, match, topic


@pytest.mark.parametrize(
    ("articles", "expected"),
    [
        ("", []),
        ("abc", [[0, 1, 2]]),
        ("abcd", [[0, 1, 2], [3]]),
        ("abac", [[0, 1, 2], [3]]),
        ("abcaa", [[0, 3, 4], [1, 2]]),
        ("aaaab", [[0, 1, 2, 3], [4]]),
    ],
)
def test_matches_of_one_article_are_decided_together(
    articles: str, expected: list[list[int]]
) -> None:
    assert transactions(articles, 3) == expected


def test_a_batch_has_the_same_decisions_whatever_the_size_of_a_transaction(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    transact = Store.transact

    def counted(store: Store, work: object) -> object:
        nonlocal written
        written += 1
        return transact(store, work)  # type: ignore[arg-type]

    harness.set_topics(topic(), topic(id="harbours"))
    monkeypatch.setattr(Store, "transact", counted)
    monkeypatch.setattr(worker, "MATCHES_AT_ONCE", 2)
    url, fire = "https://kurier.example.org/haefen", "https://bote.example.org/brand"
    batch = [
        match(url),
        match(fire, title="Kaufhaus brennt", text=OTHER_TEXT),
        match("https://post.example.org/haefen"),
        match(url, topic="harbours"),
        match(fire, title="Kaufhaus brennt", text=OTHER_TEXT, topic="harbours"),
    ]
    codes = harness.decide(*batch)
    assert sorted(codes) == ["copy", "new_story", "new_story", "new_story", "new_story"]
    assert written == 3
    assert harness.decide(*batch) == []
