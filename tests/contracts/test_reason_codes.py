"""docs/streams.md names every reason code of ``news.alerts``."""

from __future__ import annotations

import re

from alerts.decide import ReasonCode
from core.messages import HELD, NEW_COVERAGE, RELEASED, SPIKE
from core.messages.alert import (
    ASSIGNED,
    ESCALATED,
    INACTIVE,
    MERGED,
    REOPENED,
    SNOOZE_ENDED,
    SNOOZED,
    SPLIT,
    UNASSIGNED,
)
from core.store.alerts import ACKED, CLOSED
from core.store.deliveries import DELIVERED, FAILED
from wirewatch.contracts.generate import ROOT


def table_rows() -> list[list[str]]:
    page = (ROOT / "docs/streams.md").read_text()
    table = page.partition("## Reason codes of")[2].partition("\n## ")[0]
    return [line.split("|") for line in table.splitlines() if line.startswith("| `")]


def test_each_row_is_about_one_code_and_no_event_has_two_rows_for_it() -> None:
    pairs = [(event, row[2]) for row in table_rows() for event in row[1].split(",")]
    assert [codes for _, codes in pairs if codes.count("`") != 2] == []
    assert len({(event.strip(), code.strip()) for event, code in pairs}) == len(pairs)


def test_every_reason_code_is_documented() -> None:
    rows = table_rows()
    documented = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row[2])}
    published = {code.value for code in ReasonCode}
    assert published <= documented
    assert {ESCALATED, ASSIGNED, UNASSIGNED, SNOOZED, SNOOZE_ENDED, INACTIVE} <= documented
    assert {NEW_COVERAGE, SPIKE} <= documented
    assert {SPLIT, MERGED} <= documented
    assert {HELD, RELEASED, REOPENED, ACKED, CLOSED, DELIVERED, FAILED} <= documented
