"""Which tests run in one process, in order.

A file's tests do, so that they share what the file sets up. The tests of the shipped topics share
more: the compiled topics, which take seconds, and which each process would compile for itself.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/content/",)
"""Folders whose tests share what is set up once per process."""


class SharedSetupScheduling(LoadFileScheduling):
    """Give each file, or all files of a folder in `TOGETHER`, to one process."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what a test belongs to: a folder of `TOGETHER`, or its file."""
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        return super()._split_scope(nodeid)


def make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Return the scheduler that pytest-xdist uses."""
    return SharedSetupScheduling(config, log)
