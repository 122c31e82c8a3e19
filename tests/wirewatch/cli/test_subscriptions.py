"""Feeds are added, removed, imported and exported on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli_installation import CliInstallation

pytestmark = pytest.mark.slow

URL = "https://www.auberger-bote.de/rss.xml"


def sources(installation: CliInstallation) -> str:
    return (installation.config / "sources.yaml").read_text()


def test_a_feed_is_added_and_removed(own_installation: CliInstallation) -> None:
    before = sources(own_installation)
    out = own_installation.invoke("feeds", "add", URL, "--name", "Auberger Bote", "--tier", "A")
    assert out.strip() == f"auberger-bote has the feed {URL}."
    assert "name: Auberger Bote, tier: A, feeds: [" in sources(own_installation)
    listed = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert URL in [feed["url"] for feed in listed]
    own_installation.invoke("feeds", "remove", URL)
    assert sources(own_installation).rstrip() == before.rstrip()


def test_a_feed_that_cannot_be_added_leaves_the_file_alone(
    own_installation: CliInstallation,
) -> None:
    before = sources(own_installation)
    own_installation.invoke("feeds", "add", "ftp://x.example/rss", code=2)
    own_installation.invoke("feeds", "add", "http://127.0.0.1:1/feed.xml", code=2)
    own_installation.invoke("feeds", "add", URL, "--kind", "page", code=2)
    assert sources(own_installation) == before
    assert [path.name for path in own_installation.config.iterdir() if path.name[0] == "."] == []


def test_an_opml_file_adds_what_is_new(own_installation: CliInstallation, tmp_path: Path) -> None:
    listed = own_installation.invoke("feeds", "export")
    assert 'xmlUrl="http://127.0.0.1:1/feed.xml"' in listed
    file = tmp_path / "feeds.opml"
    file.write_text(listed.replace("</body>", f'<outline text="Bote" xmlUrl="{URL}"/></body>'))
    summary = json.loads(own_installation.invoke("feeds", "import", str(file), "--json"))
    assert summary == {"listed": 2, "added": 1, "known": 1, "feeds": [URL]}
    assert URL in sources(own_installation)
    again = own_installation.invoke("feeds", "import", str(file))
    assert again.strip() == "2 feeds listed, 0 added, 2 known already."


def test_a_file_that_is_no_opml_is_refused(
    own_installation: CliInstallation, tmp_path: Path
) -> None:
    file = tmp_path / "x.opml"
    file.write_text("no")
    own_installation.invoke("feeds", "import", str(file), code=2)
    own_installation.invoke("feeds", "import", str(tmp_path / "none.opml"), code=2)
