"""The receiver kind ``feed``: its options."""

from __future__ import annotations

import pytest

from alerts.receivers import receiver_kind
from config.catalog.models import ReceiverDefinition
from tests.alerts.harness import PLACE

UNKNOWN = (
    "R002 Receivers of kind `feed` have no `url`. Remove it; the keys are id, kind, was, "
    "max_per_minute, canary, owner, title, entries, language, time_zone."
)
MEND = "Write a number from 1 to 500."


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({}, ""),
        ({"entries": "500", "title": "Desk", "language": "de"}, ""),
        ({"entries": "501"}, f"R008 `501` is more than 500. {MEND}"),
        ({"entries": "viele"}, f"R008 `viele` is not a whole number. {MEND}"),
        ({"url": "https://example.org"}, UNKNOWN),
    ],
)
def test_options_that_make_no_feed_are_refused(options: dict[str, str], fault: str) -> None:
    definition = ReceiverDefinition("reader", "feed", options, {}, PLACE)
    faults = receiver_kind("feed").faults(definition)
    assert "; ".join(f"{each.code} {each.message} {each.mend}" for each in faults) == fault
