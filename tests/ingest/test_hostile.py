"""Documents that cost as much as possible end soon, in little memory; bench/hostile.py has more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.fork_server import ROOT

CPU_SECONDS = 4.0
"""Twice the bound of the benchmark, for a busy machine. Unbounded, each takes 10 s to minutes, or
more than a gigabyte."""

PEAK_MIB = 300

SAMPLE = {
    "author, 100 KB": "2 entries",
    "malformed, long author": "2 entries",
    "60,000 items, one bad &": "1000 entries, cut",
    "many links": "1 entries, cut",
    "thousand namespaces in scope": "refused: parse",
    "the same after a comment <rss >": "refused: parse",
    "wrong bytes in UTF-8": "refused: parse",
    "JSON Feed of {},": "0 entries, cut",
    "sitemap of <url/>": "refused: parse",
    "page, a million <b>": "text",
    "page, nested <div>": "text",
    "page, JSON-LD of blanks": "text",
}


@pytest.mark.slow
@pytest.mark.processes
def test_hostile_documents_end_within_their_limits_of_time_and_memory() -> None:
    command = [sys.executable, "-m", "tests.support.hostile.runs", "20", *SAMPLE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    runs = {run["name"]: run for run in map(json.loads, done.stdout.splitlines())}
    assert runs.keys() == SAMPLE.keys()
    for name, result in SAMPLE.items():
        run = runs[name]
        assert run["result"].startswith(result), run
        assert "TOO LARGE" not in run["result"], run
        assert run["cpu"] < CPU_SECONDS, run
        assert run["peak"] < PEAK_MIB, run
