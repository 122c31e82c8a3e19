"""Dictionaries as they are written and read."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.forms import dictionary
from processors.forms.dictionary import Dictionary, dictionary_of

LEMMAS = {"ging": "gehen", "gehen": "gehen", "gegangen": "gehen", "Ämter": "Amt", "Amt": "Amt"}


def test_a_dictionary_is_read_as_it_was_written(tmp_path: Path) -> None:
    Dictionary.of(LEMMAS).save(tmp_path, "xx")
    read = Dictionary.load(tmp_path, "xx")
    assert read is not None
    assert read.lemma("Ämter") == "Amt"
    assert read.lemma("ämter") is None
    assert read.forms("gehen") == {"ging", "gehen", "gegangen"}
    assert read.forms("fliegen") == set()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "xx.forms.marisa",
        "xx.lemmas.marisa",
    ]
    assert Dictionary.load(tmp_path, "yy") is None


@pytest.mark.processes
def test_a_dictionary_is_built_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "share").write_text("a file is where the folder should be")
    folder = tmp_path / "share" / "dictionaries"
    monkeypatch.setattr(dictionary, "_folder", lambda: folder)
    dictionary_of.cache_clear()
    built = dictionary_of("is")
    dictionary_of.cache_clear()
    assert built is not None
    assert built.lemma("hestar") == "hestur"


def test_a_language_that_nobody_knows_has_no_dictionary() -> None:
    assert dictionary_of("xx") is None
