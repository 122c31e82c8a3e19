"""An installation on any stream engine, with records on its streams and the command line on top."""

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
class Site:
    """Streams with articles, and commands about them."""

    walk: CliInstallation
    settings: Settings

    @contextmanager
    def log(self) -> Iterator[StreamLog]:
        with opened(self.settings) as log:
            yield log

    def create(self) -> None:
        with self.log() as log:
            log.create(stream_specs(self.settings))

    def send(self, *articles: bytes | str) -> None:
        """Titles of articles, or bytes that are none."""
        with self.log() as log:
            log.append([_record(given, n) for n, given in enumerate(articles)])

    def process(self) -> None:
        """The running processors read all there is."""
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
        """What a command prints with ``--json``."""
        return json.loads(self.walk.call("streams", *args, "--json", code=code))

    def said(self, *args: str, code: int = 0) -> str:
        """What a command prints for people, on stdout and stderr."""
        done = subprocess.run(
            [str(WIREWATCH), "streams", *args],
            cwd=self.walk.folder,
            env=self.walk.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}"
        assert "Traceback" not in done.stdout
        return done.stdout

    def at_a_terminal(self, *args: str) -> str:
        """What a command writes to a terminal, stdout and stderr."""
        ours, its = pty.openpty()
        command = [str(WIREWATCH), "streams", *args]
        child = subprocess.Popen(
            command, cwd=self.walk.folder, env=self.walk.env, stdout=its, stderr=its
        )
        os.close(its)
        found = b""
        with suppress(OSError):  # EIO: the other end is closed
            while more := os.read(ours, 65_536):
                found += more
        os.close(ours)
        assert child.wait(30) == 0, found
        return found.decode().replace("\r\n", "\n")


def _record(given: bytes | str, number: int) -> NewRecord:
    if isinstance(given, bytes):
        return NewRecord(ARTICLES, f"bad{number}".encode(), given, (("h", b"\xff1"),), NOW)
    url = f"https://a.example/{number}/{given.replace(' ', '-')}"
    return to_record(article_from_fields({"title": given, "url": url, "fetched_at": NOW}), at=NOW)


def new_site(request: pytest.FixtureRequest, folder: Path) -> Site:
    """An installation that has never run; for a fixture with ``params=ENGINES``."""
    walk = new_installation(folder)
    walk.sources(kurier="http://127.0.0.1:1/feed.xml")
    walk.data.mkdir()
    settings = settings_of(request, walk.data).model_copy(update={"config_dir": walk.config})
    walk.environment |= environment_of(settings)
    return Site(walk, settings)
