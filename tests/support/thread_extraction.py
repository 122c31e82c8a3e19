"""The program without what takes long to start: pools of processes, and migrations."""

from __future__ import annotations

import ingest.service
from config.settings import Settings
from tests.support.schemas import share_schema
from tests.support.scripted_publisher import InProcessExtractor, InProcessParser
from wirewatch import cli


class ThreadExtraction:
    """Takes the place of :class:`ingest.extract.pool.ExtractPool`."""

    def __init__(self, _settings: Settings) -> None:
        self.extract = InProcessExtractor().extract

    async def __aenter__(self) -> ThreadExtraction:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""


class ThreadParser(InProcessParser):
    """Takes the place of :class:`ingest.parsing.parser.FeedParser`."""

    def __init__(self, _settings: Settings) -> None:
        """Nothing to start."""


def main() -> None:
    """Run the command line with parsing in threads and a schema that is ready."""
    share_schema()
    vars(ingest.service)["FeedParser"] = ThreadParser
    vars(ingest.service)["ExtractPool"] = ThreadExtraction
    cli.main()
