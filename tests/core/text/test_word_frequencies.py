from __future__ import annotations

import gzip
from pathlib import Path

import msgpack
import pytest

from core.text import word_frequencies
from core.text.word_frequencies import LOWEST, zipf_frequencies


def test_words_are_folded_and_their_forms_counted_together() -> None:
    german = zipf_frequencies("de")
    assert 5 < german["strasse"] < 6  # Straße and Strasse
    assert "straße" not in german
    assert german["und"] > german["regierung"] > german["gelsenkirchen"] >= LOWEST
    assert "tresoreinbruch" not in german


@pytest.mark.parametrize("language", ["eo", "", "../de", "de/"])
def test_a_language_without_a_list_has_no_frequencies(language: str) -> None:
    assert zipf_frequencies(language) == {}


def test_a_list_in_another_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = gzip.compress(msgpack.packb([{"format": "cB", "version": 2}, ["wort"]]))
    (tmp_path / "small_xx.msgpack.gz").write_bytes(content)
    monkeypatch.setattr(word_frequencies, "_data_folder", lambda: tmp_path)
    with pytest.raises(AssertionError, match="has the format"):
        zipf_frequencies("xx")
