"""An installation on any stream engine, with records on its streams, and its commands."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.messages.envelope import ARTICLES, to_record
from core.streams.consume_loop import ConsumePolicy, drained
from core.streams.port import NewRecord, StreamLog
from core.streams.topology import stream_specs
from processors import GROUP, ProcessorsWorker, article_from_fields
from tests.support.cli_installation import WIREWATCH, CliInstallation, new_installation
from tests.support.engines import environment_of, opened, settings_of
from wirewatch.run.bootstrap import load_files

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class StreamInstallation:
    """An installation with articles on its streams, and commands on top of it."""

    installation: CliInstallation
    settings: Settings

    @contextmanager
    def log(self) -> Iterator[StreamLog]:
        with opened(self.settings) as log:
            yield log

    def create(self) -> None:
        """Create the streams."""
        with self.log() as log:
            log.create(stream_specs(self.settings))

    def append(self, *articles: bytes | str) -> None:
        """Append articles with these titles, or bytes that are no article."""
        with self.log() as log:
            log.append([_record(article, n) for n, article in enumerate(articles)])

    def process(self) -> None:
        """Let the processors read everything, as if they were running."""
        catalog, _ = load_files(self.settings)
        worker = ProcessorsWorker(lambda: catalog, ("de",), utc_now, Dispositions())
        with self.log() as log, closing(log.consumer(GROUP, [ARTICLES], slot="live")) as member:
            worker.run(
                member,
                stop=lambda: False,
                idle=lambda: drained(log, GROUP, [ARTICLES], slot="live"),
                policy=ConsumePolicy(poll_seconds=0.05),
            )

    def json(self, *args: str, code: int = 0) -> Any:
        """Return what a command prints with ``--json``."""
        return json.loads(self.installation.invoke("streams", *args, "--json", code=code))

    def text(self, *args: str, code: int = 0) -> str:
        """Return what a command prints for people on stdout and stderr."""
        done = self.installation.execute("streams", *args)
        assert done.code == code, f"{args}: {done.code}\n{done.out}\n{done.err}"
        return done.out + done.err

    def on_terminal(self, *args: str) -> str:
        """Return what a command, run as a process, writes to a terminal."""
        terminal, its_terminal = pty.openpty()
        command = [str(WIREWATCH), "streams", *args]
        child = subprocess.Popen(
            command,
            cwd=self.installation.folder,
            env=self.installation.env,
            stdout=its_terminal,
            stderr=its_terminal,
        )
        os.close(its_terminal)
        output = b""
        with suppress(OSError):  # EIO: the other end is closed
            while part := os.read(terminal, 65_536):
                output += part
        os.close(terminal)
        assert child.wait(30) == 0, output
        return output.decode().replace("\r\n", "\n")


def _record(article: bytes | str, number: int) -> NewRecord:
    if isinstance(article, bytes):
        return NewRecord(ARTICLES, f"bad{number}".encode(), article, (("h", b"\xff1"),), NOW)
    url = f"https://a.example/{number}/{article.replace(' ', '-')}"
    fields = {"title": article, "url": url, "fetched_at": NOW}
    return to_record(article_from_fields(fields), at=NOW)


def new_stream_installation(request: pytest.FixtureRequest, folder: Path) -> StreamInstallation:
    """Return an installation that has never run; for a fixture with ``params=ENGINES``."""
    installation = new_installation(folder)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    installation.data.mkdir()
    settings = settings_of(request, installation.data).model_copy(
        update={"config_dir": installation.config}
    )
    installation.environment |= environment_of(settings)
    return StreamInstallation(installation, settings)
