"""A process that runs ingest once on a folder, a feed and a store, for tests that kill it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.scripted_publisher import Installation


def main() -> None:
    """Run ingest once on the folder, feed and store that the command line names."""
    folder, url, database_url = sys.argv[1:]
    installation = Installation(Path(folder), database_url=database_url)
    installation.subscribe(url, every=0.0)
    print("ready", flush=True)  # noqa: T201
    installation.run()
    installation.close()
