"""The demo's own installation in a folder, and the ordinary `run` on it.

::

    folder/config/   sources.yaml, alerts.yaml for the newsroom; topics and entities as shipped
    folder/data/     streams.db, store.db
    folder/run.log   the log of `run`
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config.errors import ExternalError, UsageError
from config.settings import Settings
from config.settings.load import settings_of
from config.settings.sources import PREFIX, SHIPPED_CONFIG
from core.clock import utc_now
from wirewatch.demo.newsroom import DemoOutlet, Newsroom

EVERY = "2s"
HOST = "127.0.0.1"
STOP_SECONDS = 12.0
"""`run` gives its unfinished work back after nine seconds; then it is killed."""

HELD_TOPIC = "nato-enlargement-history"
QUIET = timedelta(hours=8)
"""How long messages about that topic are held."""

SHIPPED: Path = SHIPPED_CONFIG
WIREWATCH = Path(sys.executable).with_name("wirewatch")


@dataclass(frozen=True)
class Workspace:
    """An installation.

    Attributes:
        folder: Its folder.
        port: The port of its console.
        heeded: The user's variables that apply to it.
    """

    folder: Path
    port: int
    heeded: Mapping[str, str] = field(default_factory=dict)

    @property
    def console(self) -> str:
        """The console's address."""
        return f"http://{HOST}:{self.port}/"

    @property
    def log_file(self) -> Path:
        """The log of `run`."""
        return self.folder / "run.log"

    @property
    def settings(self) -> Settings:
        """The settings of `run`: its own and those that apply, the others at their defaults.

        Raises:
            SettingsError: A value that applies is not valid.
        """
        fields = Settings.model_fields.items()
        values: dict[str, Any] = {
            name: field.get_default(call_default_factory=True) for name, field in fields
        }
        own = {
            name.removeprefix(PREFIX).lower(): value for name, value in self._variables().items()
        }
        return settings_of(_env_file=None, **values | own)

    def configure(self, newsroom: Newsroom, urls: Mapping[str, str]) -> None:
        """Write the operator's files."""
        config = self.folder / "config"
        for name in ("topics", "entities", "vocabulary"):
            shutil.copytree(SHIPPED / name, config / name)
        outlets = [_outlet(outlet, urls[outlet.id]) for outlet in newsroom.outlets]
        alerts = {"console_url": self.console, "time_zone": "UTC", "routes": _routes(utc_now())}
        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = False
        yaml.dump({"outlets": outlets}, config / "sources.yaml")
        yaml.dump(alerts, config / "alerts.yaml")

    def start(self) -> subprocess.Popen[bytes]:
        """Start `wirewatch run` in this process's group, so that Ctrl-C reaches it too."""
        if not WIREWATCH.exists():
            raise ExternalError(f"{WIREWATCH} does not exist.", mend="Run `make install`.")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
        with self.log_file.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the program itself
                [str(WIREWATCH), "run"],
                env=inherited | self._variables(),
                cwd=self.folder,  # the user's .env is not there
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _variables(self) -> dict[str, str]:
        return {
            "WIREWATCH_CONFIG_DIR": str(self.folder / "config"),
            "WIREWATCH_DATA_DIR": str(self.folder / "data"),
            "WIREWATCH_HTTP_ALLOW_PRIVATE": "true",  # the newsroom is on this machine
            "WIREWATCH_EXTRACT_WORKERS": "1",  # enough for eight outlets
            **self.heeded,
            "WIREWATCH_HTTP_CONTACT": "the demo on this machine",
            "WIREWATCH_WEB_HOST": HOST,
            "WIREWATCH_WEB_PORT": str(self.port),
        }


@contextmanager
def open_workspace(
    folder: Path | None, *, keep: bool, port: int, heeded: Mapping[str, str] | None = None
) -> Iterator[Workspace]:
    """Open a workspace; remove a temporary folder at the end unless it is to be kept.

    Args:
        folder: A folder that is empty or does not exist; None for a temporary one.
        keep: Whether to keep a temporary folder.
        port: The console's port; another one if it is in use.
        heeded: The user's variables that apply.

    Raises:
        UsageError: The folder is not empty, or cannot be created.
    """
    path = _temporary() if folder is None else _given(folder)
    try:
        yield Workspace(path, free_port(port), heeded or {})
    finally:
        if folder is None and not keep:
            shutil.rmtree(path, ignore_errors=True)


def free_port(wanted: int) -> int:
    """Return ``wanted`` if it is free, otherwise another free port."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ExternalError("No port is free on 127.0.0.1 for the console.")


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop `run`; kill it if it does not stop."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="wirewatch-demo-"))


def _given(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        filled = any(folder.iterdir())
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be used: {error.strerror}.") from None
    if filled:
        mend = "Name one that is empty or does not exist yet."
        raise UsageError(f"The folder {folder} is not empty.", mend=mend)
    return folder.resolve()


def _routes(now: datetime) -> list[dict[str, Any]]:
    """Return who is told what: the console at once, but of history after the quiet hours.

    These have begun before ``now`` and last until the demo is over.
    """
    begin, end = now.astimezone(UTC) - timedelta(hours=1), now.astimezone(UTC) + QUIET
    hours = f"{begin:%H:%M}-{end:%H:%M}"
    history = {"match": {"topic": HELD_TOPIC}, "receivers": ["console"], "quiet_hours": [hours]}
    return [history, {"receivers": ["console"], "group_wait": "0s"}]


def _outlet(outlet: DemoOutlet, url: str) -> dict[str, Any]:
    feed: dict[str, Any] = {"url": url + outlet.path, "every": EVERY}
    if outlet.feed == "sitemap":
        feed["kind"] = "sitemap"
    return {
        "id": outlet.id,
        "name": outlet.name,
        "country": outlet.country,
        "language": outlet.language,
        "tier": outlet.tier,
        "feeds": [feed],
    }
