"""Texts are compared before the transaction that stores a revision, not in it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.messages import ArticleRevision, Passage
from core.store import Store
from ingest.pages import changes
from ingest.pages.changes import find_new_passages
from tests.support.scripted_publisher import TEXT, Installation, ScriptedPublisher, item, rss

FEED = "/feed.xml"


def test_the_versions_of_a_page_are_compared_while_no_write_transaction_is_open(
    publisher: ScriptedPublisher, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = 0
    compared: list[int] = []
    transact = Store.transact

    def counted(store: Store, work: object) -> object:
        nonlocal writing
        writing += 1
        try:
            return transact(store, work)  # type: ignore[arg-type]
        finally:
            writing -= 1

    def find(later: ArticleRevision, earlier: Sequence[ArticleRevision]) -> tuple[Passage, ...]:
        compared.append(writing)
        return find_new_passages(later, earlier)

    monkeypatch.setattr(Store, "transact", counted)
    monkeypatch.setattr(changes, "find_new_passages", find)
    link = publisher.serve_page("/1", "Titel")
    installation.subscribe(publisher.serve(FEED, rss(item("1", "Titel", link))), every=0.0)
    assert installation.run().new == 1
    publisher.serve_page("/1", "Titel", f"{TEXT}\nEin Bagger hat die Leitung am Ufer beschädigt.")
    publisher.serve(FEED, rss(item("1", "Titel", link, summary="Neu: Leitung beschädigt.")))
    installation.clock.advance(hours=2)
    assert installation.run().revised == 1
    assert compared == [0]
    [passage] = installation.announced[-1].new_passages or ()
    assert installation.announced[-1].text[passage.start :].startswith("Ein Bagger")
