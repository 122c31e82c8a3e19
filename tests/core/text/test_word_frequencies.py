from __future__ import annotations

import gzip
from pathlib import Path

import msgpack
import pytest

from core.text import word_frequencies
from core.text.word_frequencies import LOWEST, word_shares, zipf_frequencies


def test_words_are_folded_and_their_forms_counted_together() -> None:
    german = zipf_frequencies("de")
    assert 5 < german["strasse"] < 6  # Straße and Strasse
    assert "straße" not in german
    assert german["und"] > german["regierung"] > german["gelsenkirchen"] >= LOWEST
    assert "tresoreinbruch" not in german


def test_words_above_a_frequency_are_read_alone() -> None:
    every, common = word_shares("de"), word_shares("de", 5.0)
    assert 0.02 < common["und"] == every["und"] < 0.05
    assert "gelsenkirchen" in every
    assert "gelsenkirchen" not in common
    assert min(common.values()) >= 0.99e-4 / 10


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
