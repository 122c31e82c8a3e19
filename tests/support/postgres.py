"""A PostgreSQL server for the tests, and databases on it.

::

    WIREWATCH_TEST_POSTGRES=postgresql://…  ──▶ that server, where databases may be created
    initdb, postgres (PATH, /usr/lib/…)     ──▶ started once in a session, on the loopback
                                                interface, in a temporary folder, without fsync
    neither                                 ──▶ such tests are skipped, and the summary says so

A separate process waits for the end of the test run. If the run is killed, that process stops the
server and removes the folder.
"""

from __future__ import annotations

import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from core.store import Store
from tests.support.schemas import new_sqlite, restore_postgres

NOT_THERE = (
    "PostgreSQL not run: install its server (Debian: postgresql), or set WIREWATCH_TEST_POSTGRES "
    "to a server where databases may be created"
)
TIMEOUT = 60.0

_CLEANER = """
import os, shutil, signal, sys, time
sys.stdin.read()
folder = sys.argv[1]
try:
    with open(folder + "/data/postmaster.pid") as file:
        pid = int(file.readline())
    os.kill(pid, signal.SIGQUIT)
    for _ in range(200):
        os.kill(pid, 0)
        time.sleep(0.05)
except (OSError, ValueError):
    pass
shutil.rmtree(folder, ignore_errors=True)
"""

_ran: list[str] = []


def ran(*more: str) -> list[str]:
    """Return the servers used so far, after adding those that another process has used."""
    _ran.extend(name for name in more if name not in _ran)
    return _ran


def engines_that_ran() -> str:
    """Return the line about stores in the summary of a test run."""
    if _ran:
        return f"stores: SQLite, {_ran[0]}"
    is_available = os.environ.get("WIREWATCH_TEST_POSTGRES") or binaries()
    return f"stores: SQLite; {'PostgreSQL not needed' if is_available else NOT_THERE}"


@cache
def binaries() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres``: Debian's newest, or the one in PATH."""
    homes = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(homes, key=lambda home: float(home.parent.name), reverse=True)
    initdb = shutil.which("initdb")
    folders += [Path(initdb).resolve().parent] if initdb else []
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


class Server:
    """A server started by the tests. Port and data survive :meth:`stop` and :meth:`kill`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = Path(tempfile.mkdtemp(prefix="wirewatch-postgres-"))
        self._data = self._folder / "data"
        self._password = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None
        self._user = unprivileged_user() if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._cleaner = subprocess.Popen(
            [sys.executable, "-c", _CLEANER, str(self._folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self._initdb()
            self._start_on_free_port()
        except BaseException:
            self.close()
            raise

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://wirewatch:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The process that accepts connections, while it runs."""
        assert self._process
        return self._process.pid

    def _start_on_free_port(self) -> None:
        """Start on a free port; try again if another process takes it meanwhile."""
        for attempt in range(3):
            self.port = free_port()
            try:
                return self.start()
            except RuntimeError:
                self.kill()
                if attempt == 2:
                    raise
        return None

    def start(self) -> None:
        """Start it, again on the same port, and wait until it accepts connections."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "shared_buffers": "64MB",
            "log_min_messages": "fatal",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._home / "postgres"), "-D", str(self._data), *flags]
        with (self._folder / "log").open("ab") as log:
            self._process = self._spawn(command, log.fileno())
        self._wait()

    def stop(self) -> None:
        """Stop it as an administrator does: sessions are closed and data is written."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Stop it as a crash does: the next start recovers from the journal."""
        self._signal(signal.SIGQUIT)

    def freeze(self) -> None:
        """Make the server ignore new connections. Open sessions continue."""
        if self._process:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Make the server accept connections again."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop it and remove its files."""
        self.kill()
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        self._cleaner.communicate()

    def _initdb(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)
        # Without SCRAM, also for the stored password: its 4,096 rounds would take a third of the
        # server's time for a connection.
        options = ("--username=wirewatch", "--auth=md5", f"--pwfile={secret}")
        command = [str(self._home / "initdb"), "-D", str(self._data), "-N", "-E", "UTF8"]
        process = self._spawn([*command, "--locale=C", *options], subprocess.PIPE)
        output, _ = process.communicate(timeout=TIMEOUT)
        if process.returncode:
            raise RuntimeError(f"initdb failed: {output.decode(errors='replace')}")

    def _spawn(self, command: list[str], output: int) -> subprocess.Popen[bytes]:
        """Start a process; as another user if this one is root, which the server refuses."""
        user, group = (self._user.pw_uid, self._user.pw_gid) if self._user else (None, None)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            user=user,
            group=group,
            extra_groups=[] if self._user else None,
            start_new_session=True,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        )

    def _signal(self, number: int) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:  # a signal during thawing can be lost
                self._process.kill()
                self._process.wait(TIMEOUT)
            self._process = None

    def _wait(self) -> None:
        until = time.monotonic() + TIMEOUT
        while True:
            try:
                return psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                gone = self._process is not None and self._process.poll() is not None
                if gone or time.monotonic() > until:
                    log = (self._folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL does not start: {error}\n{log}") from None
                time.sleep(0.05)


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """Create a database on a server, yield its URL, and drop it at the end."""
    name = f"wirewatch_{uuid.uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template1").format(sql.Identifier(name))
    with closing(psycopg.connect(server_url, autocommit=True)) as connection:
        connection.execute(create)
    try:
        yield _with_database(server_url, name)
    finally:
        with closing(psycopg.connect(server_url, autocommit=True)) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server on which databases can be created. Tests use :func:`postgres`."""
    url = os.environ.get("WIREWATCH_TEST_POSTGRES")
    home = binaries()
    if url:
        _ran.append(f"PostgreSQL {_version(url)} (WIREWATCH_TEST_POSTGRES)")
        yield url
    elif home:
        with closing(Server(home)) as server:
            _ran.append(f"PostgreSQL {_version(server.url())} (started here)")
            yield server.url()
    else:
        pytest.skip(NOT_THERE)


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """URL of an empty database, as for ``WIREWATCH_DATABASE_URL``."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str) -> Iterator[tuple[str, psycopg.Connection]]:
    """URL of a database with the schema in place, and a connection that empties it.

    One test after the other uses it.
    """
    with database(postgres_server) as url:
        Store.open(url).close()
        # Prepares nothing, because the server may be behind PgBouncer.
        with closing(psycopg.connect(url, autocommit=True, prepare_threshold=None)) as connection:
            yield url, connection


@pytest.fixture
def migrated_postgres(shared_postgres: tuple[str, psycopg.Connection]) -> str:
    """URL of a database with the schema in place and no rows.

    Tests that change the schema take :func:`postgres`. To empty a database takes a small part of
    the time that creating one takes.
    """
    url, connection = shared_postgres
    restore_postgres(connection)
    return url


DATABASES = ("sqlite", "postgresql")

ON_EVERY_DATABASE = pytest.mark.parametrize("database_url", DATABASES, indirect=True)
"""Runs tests, or a module of tests, that use :func:`database_url` on each database system."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without rows; on SQLite unless a test is parametrised."""
    return a_database(request, getattr(request, "param", "sqlite"), tmp_path)


def a_database(request: pytest.FixtureRequest, engine: str, folder: Path) -> str:
    """Return the URL of a database without rows on one of :data:`DATABASES`."""
    if engine == "sqlite":
        return new_sqlite(folder)
    return str(request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that only this test uses, and that it may stop and kill."""
    home = binaries()
    if home is None:
        pytest.skip("PostgreSQL's server is not installed, and a shared one must not be killed")
    with closing(Server(home)) as server:
        yield server


def unprivileged_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def free_port() -> int:
    """Return a port outside the range from which the system assigns ports to other processes."""
    while True:
        port = random.randrange(20_000, 30_000)
        with closing(socket.socket()) as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def _version(url: str) -> str:
    with closing(psycopg.connect(url)) as connection:
        number = connection.info.server_version
    return f"{number // 10000}.{number % 10000}"


def _with_database(url: str, name: str) -> str:
    """Return the URL of another database of the same server, with the same options."""
    head, mark, options = url.partition("?")
    scheme, _, rest = head.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/{name}{mark}{options}"
