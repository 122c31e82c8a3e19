"""The dictionary of a language: the lemma of each form, and all forms of each lemma.

::

    simplemma's dictionary ──once per environment──▶ two tries ──mapped into memory──▶ Dictionary
        (seconds, 250 MB)                        (8 MB for German)           (0.4 µs a lookup)

simplemma gives the lemma of a form and loads everything to do so. Here the direction back is needed
too, by every process that compiles topics and on every keystroke of who edits one. So the
dictionary is written once as two tries, in a process that ends again, to a folder of the
environment that simplemma is installed in; ``make install`` does so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import marisa_trie
import structlog

log = structlog.get_logger(__name__)

FORMAT = 1
"""Changes with what the tries contain."""

_MOST = 255
"""Letters that an entry can say a word loses."""


class Dictionary:
    """The forms and lemmas of one language.

    Args:
        lemmas: The lemma of each form, written as what the form loses and gains.
        forms: The forms of each lemma, likewise.
    """

    def __init__(self, lemmas: marisa_trie.BytesTrie, forms: marisa_trie.BytesTrie) -> None:
        self._lemmas = lemmas
        self._forms = forms

    @classmethod
    def of(cls, lemmas: dict[str, str]) -> Dictionary:
        """Return the dictionary that knows these lemmas, by form."""
        return cls(
            marisa_trie.BytesTrie((form, _change(form, lemma)) for form, lemma in lemmas.items()),
            marisa_trie.BytesTrie((lemma, _change(lemma, form)) for form, lemma in lemmas.items()),
        )

    def lemma(self, form: str) -> str | None:
        """Return the lemma of a form as it is written, or None where the form is not known."""
        changes = self._lemmas.get(form)
        return _changed(form, changes[0]) if changes else None

    def forms(self, lemma: str) -> set[str]:
        """Return all forms of a lemma; empty where it is not known."""
        return {_changed(lemma, change) for change in self._forms.get(lemma, ())}

    def save(self, folder: Path, name: str) -> None:
        """Write both tries, each as a whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        for trie, path in zip((self._lemmas, self._forms), _paths(folder, name), strict=True):
            handle, temporary = tempfile.mkstemp(dir=folder)
            os.close(handle)
            trie.save(temporary)
            Path(temporary).chmod(0o644)  # as other files of the environment
            Path(temporary).replace(path)

    @classmethod
    def load(cls, folder: Path, name: str) -> Dictionary | None:
        """Return the dictionary that was written to a folder, or None where it was not."""
        paths = _paths(folder, name)
        if not all(path.is_file() for path in paths):
            return None
        lemmas, forms = (marisa_trie.BytesTrie().mmap(str(path)) for path in paths)
        return cls(lemmas, forms)


@cache
def dictionary_of(language: str) -> Dictionary | None:
    """Return the dictionary of a language, or None where there is none.

    Writes it first where it is missing, which takes some seconds.

    Args:
        language: ISO 639-1 code.
    """
    if written := Dictionary.load(_folder(), _name(language)):
        return written
    # simplemma takes 40 ms to import, which the dictionaries are written to save.
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    if language not in SUPPORTED_LANGUAGES:
        return None
    log.info("dictionary_written", language=language, folder=str(_folder()))
    command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()", language]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode == 0 and (written := Dictionary.load(_folder(), _name(language))):
        return written
    reason = result.stderr.strip().rpartition("\n")[2]
    log.warning("dictionary_not_written", language=language, folder=str(_folder()), reason=reason)
    return _build(language)


def _build(language: str) -> Dictionary:
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    return Dictionary.of(dict(DefaultDictionaryFactory(1).get_dictionary(language)))


def _folder() -> Path:
    return Path(sysconfig.get_path("data")) / "share" / "wirewatch" / "dictionaries"


def _name(language: str) -> str:
    return f"{language}-{version('simplemma')}-{FORMAT}"


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.lemmas.marisa", folder / f"{name}.forms.marisa"


def _change(word: str, other: str) -> bytes:
    """Return how a word becomes another one: how many letters it loses, and what it gains."""
    letters = zip(word, other, strict=False)
    shared = next((at for at, (a, b) in enumerate(letters) if a != b), min(len(word), len(other)))
    lost = len(word) - shared
    if lost > _MOST:
        raise ValueError(f"{word!r} and {other!r} have too little in common")
    return bytes((lost,)) + other[shared:].encode()


def _changed(word: str, change: bytes) -> str:
    return word[: len(word) - change[0]] + change[1:].decode()


def main() -> None:
    """Write the dictionaries of the languages in ``sys.argv`` that are not written yet."""
    for language in sys.argv[1:]:
        if Dictionary.load(_folder(), _name(language)) is None:
            _build(language).save(_folder(), _name(language))
