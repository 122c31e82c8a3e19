"""A store on PostgreSQL, dumped with the server's own tools; the streams are in a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from config.errors import BackupError, SettingsError, UsageError
from config.settings import Settings
from core.backup.create import create_backup
from core.backup.restore import restore_backup
from core.clock import utc_now
from core.processes.instance import Instance
from core.store import Store, feeds
from core.streams import open_streams
from tests.support.postgres import database
from tests.support.records import feed_record

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_a_store_on_postgresql_is_restored_into_an_empty_database(
    migrated_postgres: str, postgres_server: str, tmp_path: Path
) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", config_dir=tmp_path / "config", database_url=migrated_postgres
    )
    with closing(Instance.start(settings.data_dir)) as instance:
        open_streams(settings, instance=instance, clock=utc_now).close()
    with closing(Store.open(migrated_postgres)) as store, store.write() as connection:
        feeds.sync(connection, [feed_record()], now=utc_now())
        store_id = store.id
    backup = tmp_path / "backup"
    made = create_backup(settings, backup, load_positions=tuple, clock=utc_now)
    assert (made.store, made.store_id, made.has("store.dump")) == ("postgresql", store_id, True)
    assert {path.stat().st_mode & 0o777 for path in backup.glob("*.d*")} == {0o600}

    with database(postgres_server) as empty:
        new = tmp_path / "new"
        restored = restore_backup(
            backup, new, database_url=empty, move_groups=lambda _: None, clock=utc_now
        )
        assert restored.inventory.feeds == 1
        assert sorted(path.name for path in new.iterdir()) == ["streams.db"]
        with closing(Store.open(empty)) as store:
            assert store.id == store_id
        with pytest.raises(UsageError, match="is not empty"):
            restore_backup(
                backup,
                tmp_path / "other",
                database_url=empty,
                move_groups=lambda _: None,
                clock=utc_now,
            )

    tool = tmp_path / "pg_dump"
    tool.write_text("#!/bin/sh\necho 'aborting because of server version mismatch' >&2; exit 1\n")
    tool.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=":")
        with pytest.raises(BackupError, match="pg_dump failed: aborting because of server version"):
            create_backup(settings, tmp_path / "third", load_positions=tuple, clock=utc_now)
        tool.unlink()
        patch.setenv("PATH", str(tmp_path))
        with pytest.raises(SettingsError, match="pg_dump is not installed"):
            create_backup(settings, tmp_path / "third", load_positions=tuple, clock=utc_now)
    assert not (tmp_path / "third").exists()
