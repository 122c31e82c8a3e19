"""An installation whose streams are on Kafka: its backup has positions, and no records."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from config.errors import StreamError
from config.settings import Settings
from core.backup.create import create_backup
from core.backup.manifest import GroupPosition
from core.backup.restore import restore_backup
from core.clock import utc_now
from core.store import Store, feeds
from tests.support.records import feed_record

pytestmark = pytest.mark.slow


def test_positions_are_noted_before_the_store_is_copied_and_are_restored_last(
    tmp_path: Path,
) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", config_dir=tmp_path / "config", streams_url="kafka://nowhere:1"
    )
    noted = [GroupPosition(group="alerts", stream="news.matches.v1", partition=2, offset=41)]

    def note() -> list[GroupPosition]:
        with closing(Store.open(settings.database_location)) as store, store.write() as connection:
            feeds.sync(connection, [feed_record()], now=utc_now())
        return noted

    Store.open(settings.database_location).close()
    backup, new = tmp_path / "backup", tmp_path / "new"
    moved: list[GroupPosition] = []
    made = create_backup(settings, backup, load_positions=note, clock=utc_now)
    assert (made.streams, made.has("streams.db"), list(made.positions)) == ("kafka", False, noted)

    def refuse(positions: object) -> None:
        raise StreamError("The group 'alerts' has members.")

    with pytest.raises(StreamError, match="has members"):
        restore_backup(backup, new, move_groups=refuse, clock=utc_now)
    assert not new.exists()
    restored = restore_backup(backup, new, move_groups=moved.extend, clock=utc_now)
    assert moved == noted
    assert restored.inventory.feeds == 1, "what is processed after the positions is in the store"
