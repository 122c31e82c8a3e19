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


def test_every_reason_code_is_documented() -> None:
    page = (ROOT / "docs/streams.md").read_text()
    table = page.partition("## Reason codes of")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    documented = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row[2])}
    published = {code.value for code in ReasonCode}
    assert published <= documented
    assert {ESCALATED, ASSIGNED, UNASSIGNED, SNOOZED, SNOOZE_ENDED, INACTIVE} <= documented
    assert {NEW_COVERAGE, SPIKE} <= documented
    assert {SPLIT, MERGED} <= documented
    assert {HELD, RELEASED, REOPENED, ACKED, CLOSED, DELIVERED, FAILED} <= documented
