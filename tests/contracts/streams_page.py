"""The examples of docs/streams.md."""

from __future__ import annotations

import re

from wirewatch.contracts.generate import ROOT

PAGE = (ROOT / "docs/streams.md").read_text(encoding="utf-8")
PYTHON: list[str] = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SHELL: list[str] = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def example(words: str) -> str:
    """Return the Python example whose first line contains these words."""
    [match] = [code for code in PYTHON if words in code.partition("\n")[0]]
    return match
