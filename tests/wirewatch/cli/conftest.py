"""An installation that has never run, for commands that only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_installation import CliInstallation, new_installation
from tests.support.newsroom import Story

PARAGRAPH = (
    "Die Regierung in Stockholm hat am Montag den Antrag auf den Nato-Beitritt unterzeichnet. "
    "Das sagte die Ministerin vor der Presse in der Hauptstadt und nannte Einzelheiten. "
)


def unused_installation(folder: Path) -> CliInstallation:
    """Return an installation with a page to extract and a feed that nobody serves."""
    installation = new_installation(folder)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    page = Story("/a", "Antrag\x9b31m unterzeichnet", f"{PARAGRAPH}\n{PARAGRAPH}\u2028Ende.").html()
    (installation.folder / "page.html").write_bytes(page)
    (installation.folder / "bytes").write_bytes(bytes(range(256)) * 20)
    return installation


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> CliInstallation:
    """An installation that tests share, because they only read it."""
    return unused_installation(tmp_path_factory.mktemp("cli"))


@pytest.fixture
def own_installation(tmp_path: Path) -> CliInstallation:
    """An installation that the test may change."""
    return unused_installation(tmp_path)
