"""Which tests run in one process, in order.

A file's tests do, so that they share what the file sets up. The tests of the shipped topics share
more: the compiled topics, which take seconds, and which each process would compile for itself. In
the quick lane all files of a folder run in one process: what they use is imported and prepared once
there, which in each process takes a quarter of the lane's time.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/content/",)
"""Folders whose tests share what is set up once per process."""

DEPTH = 3
"""Parts of the path of a folder that runs in one process in the quick lane."""


class SharedSetupScheduling(LoadFileScheduling):
    """Give each file, or all files of a folder in `TOGETHER`, to one process."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what a test belongs to: its file, or a folder whose tests run together."""
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        file = super()._split_scope(nodeid)
        return "/".join(file.split("/")[:-1][:DEPTH]) if self.config.getoption("--quick") else file


def make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Return the scheduler that pytest-xdist uses."""
    return SharedSetupScheduling(config, log)
