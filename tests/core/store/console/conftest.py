"""Stories for the console."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store import Store
from tests.support.stories import NOON, add_article


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with three stories that were told, one of them with a copy, and a suppressed one."""
    hour = timedelta(hours=1)
    with store.write() as connection:
        add_article(connection, "a", NOON, title="Österreich und die NATO")
        add_article(connection, "b", NOON - hour, topic="talks", outlet="herald", language="en",
                    country="GB", severity="urgent", title="Talks 100% over")  # fmt: skip
        add_article(connection, "c", NOON - 2 * hour, told=False, code="too_old",
                    title="Alter Hut")  # fmt: skip
        add_article(connection, "d", NOON - 3 * hour, outlet="bote", title="Vierte Nachricht")
        add_article(connection, "e", NOON - 2 * hour, outlet="herald", language="en", country="GB",
                    story="d", told=False, code="copy", title="Fourth story")  # fmt: skip
    return store
