"""Operator files are replaced as a whole, by one page at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest

from wirewatch.web import operator_files
from wirewatch.web.operator_files import SaveRefusal, read_file, save_file


def test_of_two_pages_that_save_the_same_version_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("a\n", "utf-8")
    opened = read_file(path)
    digest, both = operator_files._digest, Barrier(2)

    def digest_of_both(content: bytes) -> str:
        """Wait until the other page has compared the file, too, if it can."""
        result = digest(content)
        with suppress(BrokenBarrierError):
            both.wait(0.05)
        return result

    monkeypatch.setattr(operator_files, "_digest", digest_of_both)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda text: save_file(opened, text, tmp_path), ("b\n", "c\n")))
    assert sorted(map(str, results)) == ["None", str(SaveRefusal.CHANGED)]
    assert path.read_text("utf-8") == ("b\n" if results[0] is None else "c\n")
    assert [file.name for file in tmp_path.iterdir()] == ["sources.yaml"]
