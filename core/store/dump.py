"""Dump a store on PostgreSQL with the server's own tools, and restore it.

``pg_dump`` and ``pg_restore`` must be installed on this machine, in a version that is not older
than the server (Debian: ``postgresql-client``). The user needs to read all tables of the database.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text

from config.errors import BackupError, SettingsError, UsageError
from core.store import migrate, postgres
from core.store.database_url import parse_url
from core.store.errors import translate_errors
from core.text import foreign_text

_STABLE = "--no-owner", "--no-privileges"
"""The restored tables belong to the user that restores them."""


class ExportedSnapshot:
    """A view of the database that ``pg_dump`` can share.

    Args:
        connection: In a transaction in which nothing was read yet.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.id = ""
        self.schema_revision = ""
        self.store_id = ""

    def fix(self) -> None:
        """Fix the view: it shows what is committed now."""
        self.id = str(self._connection.scalar(text("SELECT pg_export_snapshot()")))
        self.schema_revision = migrate.current(self._connection) or ""
        about = text("SELECT value FROM about WHERE name = 'store_id'")
        self.store_id = str(self._connection.scalar(about))


@contextmanager
def open_snapshot(url: str) -> Iterator[ExportedSnapshot]:
    """Open a transaction for a snapshot, which lasts as long as the context.

    Raises:
        SettingsError: The database cannot be used, or the tools are missing.
        StoreError: The server is unreachable.
    """
    _find_tool("pg_dump")
    engine = postgres.open_engine(parse_url(url))
    try:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with translate_errors(), engine.connect().execution_options(**options) as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            yield ExportedSnapshot(connection)
    finally:
        engine.dispose()


def dump(url: str, snapshot: ExportedSnapshot, target: Path) -> None:
    """Write what a snapshot shows to a file.

    Raises:
        BackupError: ``pg_dump`` failed; the message has its reason.
    """
    options = "--format=custom", f"--snapshot={snapshot.id}", f"--file={target}"
    _run("pg_dump", url, *options, *_STABLE)


def restore(url: str, source: Path) -> None:
    """Restore a dump into an empty database, in one transaction.

    Raises:
        UsageError: The database is not empty.
        BackupError: ``pg_restore`` failed, and the database is as it was.
    """
    _find_tool("pg_restore")
    refuse_filled(url)
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", *_STABLE, str(source))


def refuse_filled(url: str) -> None:
    """Check that a database is empty.

    Raises:
        UsageError: It has tables.
        SettingsError: It cannot be used.
        StoreError: The server is unreachable.
    """
    engine = postgres.open_engine(parse_url(url))
    try:
        with translate_errors(), engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise UsageError(
                    "The database that WIREWATCH_DATABASE_URL names is not empty.",
                    mend="Create a new one with `createdb` and name that.",
                )
    finally:
        engine.dispose()


def _run(tool: str, url: str, *arguments: str) -> None:
    address, environment = _connection_of(parse_url(url))
    command = [_find_tool(tool), f"--dbname={address}", "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603 - a fixed program; the address comes from the settings
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        reason = foreign_text(" ".join(done.stderr.split())[:500])
        raise BackupError(f"{tool} failed: {reason}")


def _connection_of(url: URL) -> tuple[str, dict[str, str]]:
    """Return the address without the password, and the variables that have it.

    The arguments of a program can be read by every user of the machine.
    """
    if "sslpassword" in url.query:
        raise SettingsError(
            "A URL with sslpassword cannot be given to PostgreSQL's tools.",
            mend="Use a key without a password for the backup.",
        )
    password = str(url.password or url.query.get("password", ""))
    bare = url.set(drivername="postgresql").difference_update_query(["password"])
    address = URL.create(
        "postgresql", bare.username, None, bare.host, bare.port, bare.database, bare.query
    ).render_as_string(hide_password=False)
    return address, {"PGPASSWORD": password} if password else {}


def _find_tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise SettingsError(
            f"{name} is not installed on this machine.",
            mend="Install PostgreSQL's client programs (Debian: postgresql-client).",
        )
    return path
