from __future__ import annotations

import re
from pathlib import Path

HOME = Path(__file__).parents[2]


def test_every_code_is_in_the_reference_and_none_else_of_ours() -> None:
    sources = "".join(p.read_text(encoding="utf-8") for p in (HOME / "config").rglob("*.py"))
    raised = set(re.findall(r'"([EW]\d{3})"', sources))
    reference = (HOME / "docs/faults.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| ([EW]\d{3}) \|", reference, re.MULTILINE))
    assert raised <= listed
    assert {code for code in listed if code[1] == "2"} <= raised
