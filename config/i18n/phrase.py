"""A sentence for people as data: a code of the catalogues and the parameters of its text.

Stages store and pass on phrases instead of texts, because only the page, mail or terminal that
shows them knows the reader's language (see :class:`config.i18n.Translator`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

VERBATIM = "verbatim"
"""Code of a phrase that holds a finished text, such as another server's error message."""


LANGUAGE_NAMES = "language_names"
"""Code of a phrase that holds codes of languages, which are shown as names."""


@dataclass(frozen=True, slots=True, init=False)
class Phrase:
    """A code and its parameters.

    Attributes:
        code: Key of the catalogues, such as ``decision.too_old``.
        params: Values for the text: strings, numbers, times, durations and other phrases.
    """

    code: str
    params: Mapping[str, Param]

    def __init__(self, code: str, /, **params: Param) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "params", params)

    def dump(self) -> str:
        """Return the phrase as JSON, to be stored."""
        return json.dumps(_as_json(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, stored: str) -> Phrase:
        """Read the result of :meth:`dump`; any other text becomes a verbatim phrase."""
        if stored.startswith('{"phrase":'):
            try:
                return _phrase(json.loads(stored))
            except (ValueError, KeyError, TypeError, AttributeError):
                pass  # a text that only looks like a stored phrase
        return verbatim(stored)


WRITTEN_IN_ENGLISH = "written_in_english"
"""Code of a phrase that holds an English text and, as another phrase, what it means."""

Param = str | int | float | datetime | timedelta | Phrase
"""A value that the text of a phrase may contain."""


def verbatim(text: str) -> Phrase:
    """Return a phrase that is shown as this text in every language."""
    return Phrase(VERBATIM, text=text)


def written_in_english(text: str, meaning: Phrase) -> Phrase:
    """Return a phrase that is shown as a text in English, and elsewhere as what it means.

    For what a program says with many details, such as a fault in a file: a reader of another
    language is told what it means and what to do, not each detail.
    """
    return Phrase(WRITTEN_IN_ENGLISH, text=text, meaning=meaning)


def language_names(codes: Iterable[str]) -> Phrase:
    """Return a phrase that is shown as the names of languages, such as ``German, English``."""
    return Phrase(LANGUAGE_NAMES, codes=" ".join(codes))


def _as_json(value: Param) -> Any:
    match value:
        case Phrase():
            params = {name: _as_json(param) for name, param in value.params.items()}
            return {"phrase": value.code, **({"with": params} if params else {})}
        case datetime():
            return {"at": value.isoformat()}
        case timedelta():
            return {"seconds": value.total_seconds()}
    return value


def _param(stored: Any) -> Param:
    match stored:
        case {"phrase": _}:
            return _phrase(stored)
        case {"at": str(moment)}:
            return datetime.fromisoformat(moment)
        case {"seconds": int() | float() as seconds}:
            return timedelta(seconds=seconds)
        case str() | int() | float():
            return stored
    raise ValueError("not a parameter")


def _phrase(stored: dict[str, Any]) -> Phrase:
    return Phrase(
        str(stored["phrase"]),
        **{str(name): _param(value) for name, value in stored.get("with", {}).items()},
    )
