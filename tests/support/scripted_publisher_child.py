"""A process that runs ingest once on a folder, a feed and a store, for tests that kill it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.scripted_publisher import Installation


def main(folder: str, url: str, database_url: str) -> None:
    installation = Installation(Path(folder), database_url=database_url)
    installation.subscribe(url, every=0.0)
    print("ready", flush=True)  # noqa: T201
    installation.run()
    installation.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
