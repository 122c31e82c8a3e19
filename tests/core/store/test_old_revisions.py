"""Of many revisions of an article the first, the last that was told, and the newest are stored."""

from __future__ import annotations

from dataclasses import replace

from core.store import Store, articles
from core.store.old_revisions import MOST_REVISIONS, forget_old_revisions
from core.store.told_revisions import told_revisions
from tests.core.store.test_articles import revision
from tests.support.records import article_record
from tests.support.scripted_publisher import MONDAY


def numbers(store: Store) -> list[int]:
    with store.read() as connection:
        return [r.revision for r in articles.load_revisions(connection, "a" * 32)]


def test_an_article_keeps_two_dozen_revisions(store: Store) -> None:
    told = {"topic_id": "t", "article_id": "a" * 32, "alert_id": "x", "decided_at": MONDAY}
    with store.write() as connection:
        for number in range(1, 41):
            record = replace(article_record(), revision=number)
            articles.add_revision(connection, record, revision(number))
            forget_old_revisions(connection, "a" * 32, number)
            if number == 5:
                connection.execute(
                    told_revisions.insert().values(told | {"revision": 5, "facts": ""})
                )
    assert numbers(store) == [1, 5, *range(19, 41)]
    assert len(numbers(store)) == MOST_REVISIONS
