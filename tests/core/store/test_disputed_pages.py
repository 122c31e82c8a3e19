"""Both texts of a disputed page are kept until it is read otherwise or has grown old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.store import Store
from core.store.disputed_pages import (
    delete_disputed,
    find_disputed,
    list_disputed,
    save_disputed,
)
from core.store.retention import RULES, forget_all
from tests.support.disputes import disputed_page
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import MONDAY

DAY = timedelta(days=1)


@ON_EVERY_DATABASE
def test_the_newest_reading_replaces_the_one_before(store: Store) -> None:
    first = disputed_page("a", MONDAY)
    second = replace(first, at=MONDAY + DAY, reason="confirmed", other="Anderer \0 Text.")
    with store.write() as connection:
        save_disputed(connection, first)
        save_disputed(connection, second)
        [page] = list_disputed(connection)
        assert page == replace(second, other="Anderer \ufffd Text.")
        delete_disputed(connection, page.article_id)
        assert find_disputed(connection, page.article_id) is None


def test_pages_are_listed_newest_first_and_by_outlet(store: Store) -> None:
    pages = [disputed_page(str(n), MONDAY + n * DAY, outlet="ab"[n % 2]) for n in range(4)]
    with store.write() as connection:
        for page in pages:
            save_disputed(connection, page)
        assert list_disputed(connection) == pages[::-1]
        assert list_disputed(connection, outlet="a") == [pages[2], pages[0]]
        assert list_disputed(connection, limit=1) == [pages[3]]


def test_old_ones_are_deleted(store: Store) -> None:
    with store.write() as connection:
        for n in range(3):
            save_disputed(connection, disputed_page(str(n), MONDAY + n * DAY))
    assert forget_all(store, RULES["disputed pages"], MONDAY + 2 * DAY) == 2
    with store.read() as connection:
        assert [page.title for page in list_disputed(connection)] == ["Titel 2"]
