"""PgBouncer in front of a server of the tests: each transaction may get another connection.

It has as few connections to the server as lead to constant exchange, and accepts no parameter at
the start of a session but those that it follows itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.support.postgres import TIMEOUT, Server, free_port, unprivileged_user

NOT_THERE = "PgBouncer is not installed (Debian: pgbouncer); root may let `make test-ha` fetch it"

_CONFIG = """\
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = md5
auth_file = {folder}/users
admin_users = {user}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 300
server_check_delay = 0
"""


def find_pgbouncer() -> str | None:
    """Return the path of the program, or None where it is not installed."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class PgBouncer:
    """A running PgBouncer.

    Args:
        program: Its path.
        server: The server behind it.
        folder: An empty folder for its files.
    """

    def __init__(self, program: str, server: Server, folder: Path) -> None:
        self._server = make_url(server.url())
        self.port = free_port()
        values = {"server": self._server.port, "user": self._server.username, "port": self.port}
        (folder / "ini").write_text(_CONFIG.format(folder=folder, **values))
        (folder / "users").write_text(f'"{self._server.username}" "{self._server.password}"\n')
        self._log = folder / "log"
        account = unprivileged_user() if os.geteuid() == 0 else None
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, str(folder / "ini")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                start_new_session=True,
            )
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database behind it."""
        changed = self._server.set(port=self.port, database=database)
        return changed.render_as_string(hide_password=False)

    def count_transactions(self) -> int:
        """Return how many transactions went through it so far."""
        admin = self.url("pgbouncer")
        with closing(psycopg.connect(admin, autocommit=True, prepare_threshold=None)) as session:
            cursor = session.execute("SHOW STATS_TOTALS")
            names = [column.name for column in cursor.description or ()]
            return sum(row[names.index("xact_count")] for row in cursor)

    def close(self) -> None:
        """Stop it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(TIMEOUT)

    def _wait(self) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"PgBouncer does not start:\n{self._log.read_text()}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running_pgbouncer(program: str, server: Server) -> Iterator[PgBouncer]:
    """Start PgBouncer in front of a server."""
    with tempfile.TemporaryDirectory(prefix="wirewatch-pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with closing(PgBouncer(program, server, folder)) as pooler:
            yield pooler
