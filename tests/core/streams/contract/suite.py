"""The contract suite: what every stream engine must guarantee. The list is in ../README.md.

An engine's test module subclasses :class:`Contract` and gives one fixture and one method:
``settings``, whose ``streams_url`` names the engine and whose prefix or file is the test's own; and
``apply_retention``, which lets the engine's retention delete old records.
"""

from __future__ import annotations

from tests.core.streams.contract.groups import GroupTests
from tests.core.streams.contract.processing import ProcessingTests
from tests.core.streams.contract.records import RecordTests


class Contract(RecordTests, GroupTests, ProcessingTests):
    """The whole suite."""
