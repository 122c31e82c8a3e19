"""An installation with its own configuration and data folder, and the command line on top of it.

A command can run in three ways, from the fastest to the one that operators use:

- ``invoke`` runs it in the test's own process, where no process is needed;
- ``run`` and ``start`` run it in a process of its own that has its imports done (``fork_server``);
- ``run_executable`` and ``start_executable`` start ``.venv/bin/wirewatch``.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import structlog

import ingest.service
from tests.support import fork_server
from tests.support.fork_server import ForkedProcess
from tests.support.thread_extraction import ThreadExtraction, ThreadParser
from wirewatch.cli import execute

WIREWATCH = Path(sys.executable).parent / "wirewatch"
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests' own").decode()

TOPIC = """
id: nato-membership
title: NATO membership negotiations
threshold: 30
rules:
  - id: direct
    weight: 30
    query: >-
      "NATO Beitritt*" OR "NATO membership"
"""

AT_ONCE = {"group_wait": "0s", "max_per_hour": "unlimited"}
"""Keys of a route whose messages go out as soon as they are decided, each by itself."""


class Output(NamedTuple):
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class CliInstallation:
    """An installation in a temporary folder.

    Attributes:
        folder: Contains its configuration, its data and whatever else the test needs.
        environment: Further settings.
        extraction_processes: Whether ``run`` and ``start`` use processes to extract pages, as
            operators do; by default they use a thread.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    extraction_processes: bool = False

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def write(self, name: str, text: str) -> None:
        """Write an operator file."""
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_sources(self, **feeds: str) -> None:
        """Write an outlet for each keyword, its feeds separated by spaces and due at every run."""
        outlets = [
            {
                "id": outlet,
                "name": outlet,
                "country": "DE",
                "language": "de",
                "feeds": [{"url": u, "every": "0s"} for u in urls.split()],
            }
            for outlet, urls in feeds.items()
        ]
        self.write("sources.yaml", json.dumps({"outlets": outlets}))

    def poll_every_second(self) -> None:
        """Make the feeds of :meth:`write_sources` due every second, for a program that stays up."""
        path = self.config / "sources.yaml"
        path.write_text(path.read_text("utf-8").replace('"0s"', '"1s"'), "utf-8")

    def route_to_webhook(self, url: str) -> None:
        """Send every notification to one signed webhook."""
        receiver = {"id": "desk", "kind": "webhook", "url": url, "secret": SECRET}
        self.write(
            "alerts.yaml",
            json.dumps({"receivers": [receiver], "routes": [AT_ONCE | {"receivers": ["desk"]}]}),
        )

    @property
    def settings_environment(self) -> dict[str, str]:
        """The settings of this installation, as environment variables."""
        return {
            "WIREWATCH_CONFIG_DIR": str(self.config),
            "WIREWATCH_DATA_DIR": str(self.data),
            "WIREWATCH_HTTP_ALLOW_PRIVATE": "1",
            "WIREWATCH_EXTRACT_WORKERS": "1",
            "WIREWATCH_WEB_PORT": "0",
            **self.environment,
        }

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of a process of this installation."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
        return inherited | self.settings_environment

    # ── processes ────────────────────────────────────────────────────────────────────────────

    def start(self, *args: str, new_session: bool = False) -> ForkedProcess:
        """Start a command in a process whose imports are done, and return that process."""
        main = fork_server.MAIN if self.extraction_processes else fork_server.LIGHT_MAIN
        return fork_server.start(
            args, env=self.env, cwd=self.folder, new_session=new_session, main=main
        )

    def run(self, *args: str, code: int = 0) -> str:
        """Run a command in such a process and return what it printed."""
        process = self.start(*args)
        out, err = process.communicate(timeout=90)
        assert process.returncode == code, f"{args}: {process.returncode}\n{out}\n{err}"
        return out

    def run_once(self, code: int = 0) -> dict[str, Any]:
        """Run ``run --once`` in such a process and return its summary."""
        summary: dict[str, Any] = json.loads(self.run("run", "--once", "--json", code=code))
        return summary

    def start_executable(self, *args: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command as operators do, and return its process."""
        return subprocess.Popen(
            [str(WIREWATCH), *args],
            env=self.env,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run_executable(self, *args: str, code: int = 0, stdin: str | None = None) -> str:
        """Run a command as operators do, and return what it printed."""
        process = self.start_executable(*args, stdin=subprocess.PIPE)
        out, err = process.communicate(stdin, timeout=90)
        assert process.returncode == code, f"{args}: {process.returncode}\n{out}\n{err}"
        return out

    # ── in this process ──────────────────────────────────────────────────────────────────────

    def execute(self, *args: str, stdin: bytes = b"") -> Output:
        """Run a command in this process and return its output, whatever the exit code."""
        with _own_process(self, stdin) as (out, err):
            code = execute(args)
            return Output(code, out.getvalue().decode(), err.getvalue().decode())

    def invoke(self, *args: str, code: int = 0, stdin: bytes = b"") -> str:
        """Run a command in this process and return what it printed."""
        done = self.execute(*args, stdin=stdin)
        assert done.code == code, f"{args}: {done.code}\n{done.out}\n{done.err}"
        return done.out

    def invoke_once(self, code: int = 0) -> dict[str, Any]:
        """Run ``run --once`` in this process, extraction included, and return its summary."""
        summary: dict[str, Any] = json.loads(self.invoke("run", "--once", "--json", code=code))
        return summary

    def tail(self, stream: str) -> list[dict[str, Any]]:
        """Return all records of a stream."""
        return [json.loads(line) for line in self.invoke("streams", "tail", stream).splitlines()]


def new_installation(folder: Path, topic: str = TOPIC) -> CliInstallation:
    """Return an installation with one topic and no outlet yet."""
    installation = CliInstallation(folder)
    installation.write("topics/nato-membership.yaml", topic)
    return installation


@contextmanager
def _own_process(
    installation: CliInstallation, stdin: bytes
) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Give a command its own environment, folder, standard streams, logs and signal handlers."""
    out, err = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, _logs_restored(), _signals_restored():
        for name in os.environ:
            if name.startswith("WIREWATCH_"):
                patch.delenv(name)
        for name, value in installation.settings_environment.items():
            patch.setenv(name, value)
        patch.chdir(installation.folder)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        for name, stream in (("stdout", out), ("stderr", err)):
            writer = io.TextIOWrapper(
                stream, "utf-8", errors="backslashreplace", write_through=True
            )
            patch.setattr(sys, name, writer)
        patch.setattr(ingest.service, "FeedParser", ThreadParser)
        patch.setattr(ingest.service, "ExtractPool", ThreadExtraction)
        yield out, err


@contextmanager
def _logs_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in root.manager.loggerDict}
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], root.level = handlers, level
        structlog.configure(**config)
        for name in root.manager.loggerDict:
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


@contextmanager
def _signals_restored() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
