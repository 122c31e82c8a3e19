"""docs/topic-report.md names every code by which matches end, and people read it as a text."""

from __future__ import annotations

import re

import pytest

from alerts.decide import ReasonCode
from alerts.match_end import EndCode
from alerts.plan import HoldCode
from config.i18n import LANGUAGES, translator
from core.messages import Origin
from wirewatch.contracts.generate import ROOT

CODES = {
    *(code.value for code in (*HoldCode, *EndCode, Origin.BACKFILL, Origin.REPLAY)),
    *(ReasonCode.TOO_OLD, ReasonCode.SILENCED, ReasonCode.INHIBITED, ReasonCode.RETRACTION),
}


def test_every_code_is_documented() -> None:
    page = (ROOT / "docs/topic-report.md").read_text()
    table = page.partition("| End | Code |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) >= CODES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text(language: str) -> None:
    t = translator(language)
    assert [code for code in CODES if not t.has(f"match_end.code.{code}")] == []
