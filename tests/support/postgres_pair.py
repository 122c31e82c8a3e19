"""Two servers of PostgreSQL, of which one takes writes and the other one has a copy of them.

::

    primary ──each commit waits for──▶ standby        kill(), stop(): the primary is gone
    (gone)                             primary        start(): the standby is promoted; the other
    standby ◀──each commit waits for── primary                 one copies it, and is its standby

What fails over is outside of PostgreSQL: Patroni, repmgr, a cloud. Here it is :meth:`Pair.start`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg

from tests.support.postgres import TIMEOUT, Server
from tests.support.supervised_processes import children


class ReplicatedServer(Server):
    """A server that can be a standby of another one.

    Args:
        home: Folder of PostgreSQL's programs.
        primary: The server that it copies; None for a new one with its own data.
    """

    def __init__(self, home: Path, primary: ReplicatedServer | None = None) -> None:
        self._primary = primary
        super().__init__(home)

    def follow(self, primary: ReplicatedServer) -> None:
        """Forget its data, copy those of a primary, and start as its standby."""
        self._primary = primary
        shutil.rmtree(self._data)
        self._initdb()
        self.start()

    def promote(self) -> None:
        """Let a standby take writes, from now on."""
        assert self.run("SELECT pg_promote(true, 30)") is True

    def cut_power(self) -> None:
        """Kill all of its processes at once, as a power cut does."""
        assert self._process is not None
        for pid in (self._process.pid, *children(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(TIMEOUT)
        self._process = None

    def run(self, statement: str) -> object:
        """Run a statement, and return the first value of its result."""
        with closing(psycopg.connect(self.url(), autocommit=True)) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _initdb(self) -> None:
        if self._primary is None:
            super()._initdb()
            return
        self._password = self._primary._password
        command = [str(self._home / "pg_basebackup"), "-D", str(self._data), "-R", "-X", "stream"]
        options = ["--checkpoint=fast", "--no-sync", "-d", self._primary.url("")]
        process = self._spawn([*command, *options], subprocess.PIPE)
        output, _ = process.communicate(timeout=TIMEOUT)
        if process.returncode:
            raise RuntimeError(f"pg_basebackup failed: {output.decode(errors='replace')}")


class Pair:
    """A primary and its standby, as one server that can be killed, stopped and started.

    Attributes:
        primary: Takes writes.
        standby: Has confirmed each of them.
        failovers: How many there were.
    """

    def __init__(self, primary: ReplicatedServer, standby: ReplicatedServer) -> None:
        self.primary, self.standby = primary, standby
        self.failovers = 0
        self._urls = [server.url("wirewatch") for server in (standby, primary)]
        self._replicate()
        primary.run("CREATE DATABASE wirewatch")

    @property
    def url(self) -> str:
        """URL of a database that names both servers, the standby of the beginning first."""
        user, _, first = self._urls[0].partition("@")
        second = self._urls[1].partition("@")[2]
        first, _, name = first.partition("/")
        return f"{user}@{first},{second.partition('/')[0]}/{name}"

    def kill(self) -> None:
        """Cut the power of the primary."""
        self.primary.cut_power()

    def stop(self) -> None:
        """Stop the primary as an administrator does."""
        self.primary.stop()

    def start(self) -> None:
        """Promote the standby, and make the other one its standby."""
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        self.failovers += 1
        self.standby.follow(self.primary)
        self._replicate()

    def _replicate(self) -> None:
        """Let each commit of the primary wait for the standby."""
        self.primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.run("SELECT pg_reload_conf()")
        deadline = time.monotonic() + TIMEOUT
        while self.primary.run("SELECT sync_state FROM pg_stat_replication") != "sync":
            assert time.monotonic() < deadline, "the standby does not follow the primary"
            time.sleep(0.05)


@contextmanager
def running_pair(home: Path) -> Iterator[Pair]:
    """Start a primary and its standby."""
    with ExitStack() as servers:
        primary = servers.enter_context(closing(ReplicatedServer(home)))
        standby = servers.enter_context(closing(ReplicatedServer(home, primary)))
        yield Pair(primary, standby)
