"""Code and patterns for pages are loaded only when they are needed, and all of them can be."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.text.languages import languages
from ingest.extract import vocabulary


@pytest.mark.processes
def test_the_process_that_polls_does_not_import_what_parses_documents() -> None:
    code = "import sys, ingest.service; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert {"ingest.extract.pool", "ingest.parsing.parser"} <= set(loaded)
    assert {"trafilatura", "ingest.extract.article", "ingest.extract.vocabulary"}.isdisjoint(loaded)
    assert {"feedparser", "lxml.etree", "ingest.sources.parse"}.isdisjoint(loaded)


def test_every_phrase_is_a_valid_regular_expression() -> None:
    neutral = (Path(vocabulary.__file__).parent / "words").glob("*.txt")
    files = [*neutral, *(one.page_phrases for one in languages() if one.page_phrases)]
    assert len(files) >= 7
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    sections = set(re.findall(r"^\[([a-z_]+)\]$", text, re.MULTILINE))
    assert {"comment_head", "appeal_we"} <= sections
    for section in sections:
        assert all(re.compile(line) for line in vocabulary.alternatives(section))
