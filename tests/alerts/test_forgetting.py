"""What a day of alerts leaves in the store is forgotten after its time, in every table."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.store import Store
from core.store.column_types import metadata
from core.store.console import actions
from core.store.retention import KEPT, RULES, forget_all
from tests.alerts.harness import NOON
from tests.support.crash_points import CrashDay, spend_day
from tests.support.faultserver import FaultServer

pytestmark = pytest.mark.slow


def count_rows(store: Store) -> dict[str, int]:
    """Return the number of rows of each table that has any, but those that are kept for ever."""
    with store.read() as connection:
        counts = {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count and name not in KEPT}


def test_after_a_year_nothing_of_a_day_is_left(
    tmp_path: Path, database_url: str, faults: FaultServer
) -> None:
    day = CrashDay(tmp_path, database_url, faults)
    day.begin()
    with day.opened() as (harness, streams):
        spend_day(harness, streams, tmp_path)
        open_alerts = [alert.id for alert in harness.alerts()]
    with closing(Store.open(database_url)) as store:
        with store.write() as connection:
            actions.close(connection, open_alerts, by="Anna", at=NOON)
        written = count_rows(store)
        for rule in RULES.values():
            forget_all(store, rule, NOON + timedelta(days=365))
        left = count_rows(store)
    assert left == {"outbox": len(open_alerts)}  # that they were closed waits for the streams
    assert {"alerts", "cards", "decisions", "deliveries", "silences", "stories"} <= set(written)
