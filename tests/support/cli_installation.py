"""A configuration folder and data folder of its own, and the real command line on top of them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


@dataclass
class CliInstallation:
    """One installation in a temporary folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def write(self, name: str, text: str) -> None:
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def sources(self, **feeds: str) -> None:
        """One outlet a keyword, its feeds parted by spaces; they are due at every run."""
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

    def webhook(self, url: str) -> None:
        """Everything goes to one signed webhook."""
        receiver = {"id": "desk", "kind": "webhook", "url": url, "secret": SECRET}
        self.write(
            "alerts.yaml",
            json.dumps({"receivers": [receiver], "routes": [{"receivers": ["desk"]}]}),
        )

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
        return kept | {
            "WIREWATCH_CONFIG_DIR": str(self.config),
            "WIREWATCH_DATA_DIR": str(self.data),
            "WIREWATCH_HTTP_ALLOW_PRIVATE": "1",
            "WIREWATCH_EXTRACT_WORKERS": "1",
            "WIREWATCH_WEB_PORT": "0",
            **self.environment,
        }

    def start(self, *args: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command; the caller waits."""
        return subprocess.Popen(
            [str(WIREWATCH), *args],
            env=self.env,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def call(self, *args: str, code: int = 0, stdin: str | None = None) -> str:
        """Run a command to its end and answer what it printed."""
        done = subprocess.run(
            [str(WIREWATCH), *args],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            input=stdin,
            timeout=90,
            check=False,
        )
        assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def once(self, code: int = 0) -> dict[str, Any]:
        """``run --once`` and its summary."""
        summary: dict[str, Any] = json.loads(self.call("run", "--once", "--json", code=code))
        return summary

    def tail(self, stream: str) -> list[dict[str, Any]]:
        """Every record of a stream."""
        return [json.loads(line) for line in self.call("streams", "tail", stream).splitlines()]


def new_installation(folder: Path, topic: str = TOPIC) -> CliInstallation:
    """An installation with one topic and no outlet yet."""
    walk = CliInstallation(folder)
    walk.write("topics/nato-membership.yaml", topic)
    return walk
