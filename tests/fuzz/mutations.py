"""A strategy for documents that are nearly valid: a valid one with some edits. Pure.

::

    a valid document ── split into tags, words, signs ── up to six edits ── bytes

Most random bytes are refused by the first line of a parser. What is nearly valid comes further.
Hypothesis makes what fails smaller by leaving out edits and moving them to the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from hypothesis import strategies as st

MAX_SIZE = 300_000
"""Characters of a document: larger ones are the subject of `bench/`, and slow to make."""

MAX_EDITS = 6

SIZE = 2 + 6 * MAX_EDITS
"""Bytes that stand for one document."""

BATCH = 16
"""Documents of one draw."""

_TIMES = (1, 1, 1, 2, 3, 40, 3000, 1)
_PIECES = re.compile(r"<[^<>]{0,200}>|\w+|\s+|.", re.DOTALL)

Operation = Callable[[list[str], int, int, str, int], None]


class Edit(NamedTuple):
    """One edit of a document.

    Attributes:
        operation: What is done.
        at: Where, in thousandths of the pieces.
        span: How many pieces are concerned.
        text: What is inserted.
        times: How often something is repeated.
    """

    operation: Operation
    at: int
    span: int
    text: str
    times: int


def _insert(pieces: list[str], at: int, _: int, text: str, times: int) -> None:
    pieces.insert(at, text * times)


def _replace(pieces: list[str], at: int, span: int, text: str, times: int) -> None:
    pieces[at : at + span] = [text * times]


def _delete(pieces: list[str], at: int, span: int, _text: str, _times: int) -> None:
    del pieces[at : at + span]


def _repeat(pieces: list[str], at: int, span: int, _: str, times: int) -> None:
    pieces[at : at + span] = pieces[at : at + span] * times


def _wrap(pieces: list[str], at: int, span: int, text: str, times: int) -> None:
    pieces.insert(at + span, text * times)
    pieces.insert(at, text * times)


def _move(pieces: list[str], at: int, span: int, _text: str, _times: int) -> None:
    moved = pieces[at : at + span]
    del pieces[at : at + span]
    pieces[at // 2 : at // 2] = moved


def _cut_off(pieces: list[str], at: int, _span: int, _text: str, _times: int) -> None:
    del pieces[at:]


OPERATIONS: tuple[Operation, ...] = (
    _insert,
    _replace,
    _delete,
    _repeat,
    _wrap,
    _move,
    _cut_off,
)


def edited(document: str, edits: Sequence[Edit]) -> bytes:
    """Return a document with some edits, in UTF-8; lone surrogates stay as they are."""
    pieces = _PIECES.findall(document)
    size = len(document)
    for edit in edits:
        room = MAX_SIZE - size
        length = max(len(edit.text), sum(map(len, pieces[:: max(1, len(pieces) // edit.span)])), 1)
        times = max(1, min(edit.times, room // length // 2))
        edit.operation(pieces, len(pieces) * edit.at // 1000, edit.span, edit.text, times)
        size = sum(map(len, pieces))
    return "".join(pieces)[:MAX_SIZE].encode("utf-8", "surrogatepass")


def decode(entropy: bytes, documents: Sequence[str], texts: Sequence[str]) -> bytes:
    """Return the document that :data:`SIZE` bytes stand for.

    The first byte is for the valid document, the second for the number of edits, and six are for
    each edit; zeros stand for the first document without an edit.
    """
    parts = zip(*[iter(entropy[2:])] * 6, strict=False)
    edits = [
        Edit(
            OPERATIONS[operation % len(OPERATIONS)],
            at=(high << 8 | low) % 1000,
            span=span % 12 + 1,
            text=texts[(text << 8 | more) % len(texts)],
            times=_TIMES[span >> 4 & 7],
        )
        for operation, high, low, span, text, more in islice(parts, entropy[1] % (MAX_EDITS + 1))
    ]
    return edited(documents[entropy[0] % len(documents)], edits)


def mutations(
    documents: Sequence[str], texts: Sequence[str]
) -> st.SearchStrategy[tuple[bytes, ...]]:
    """Return a strategy for some documents that are nearly valid, :data:`BATCH` at a time.

    It draws one string of bytes for all of them, because a draw takes longer than most checks; it
    shrinks as well, towards zeros.

    Args:
        documents: Valid ones.
        texts: What edits insert.
    """
    size = BATCH * SIZE
    return st.binary(min_size=size, max_size=size).map(
        lambda entropy: tuple(
            decode(entropy[at : at + SIZE], documents, texts) for at in range(0, size, SIZE)
        )
    )
