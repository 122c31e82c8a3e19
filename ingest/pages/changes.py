"""What a revision says that the ones before it did not. Pure.

::

    revision, the last revisions ──▶ revision with changed_at and new_passages

A headline or a paragraph that only comes back, as where an outlet tries two headlines in turn, is
not new: the last few revisions are compared, not only the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from core.messages import ArticleRevision, Passage
from core.text.changes import find_new_spans, is_new_line

COMPARED_REVISIONS = 3
"""How many earlier revisions a new one is compared with."""

MAX_PASSAGES = 100
"""Most passages of a revision; the last one then spans all that follow."""


Compare = Callable[[ArticleRevision, Sequence[ArticleRevision]], tuple[Passage, ...]]
"""Returns what is new in a revision."""


def find_new_passages(
    revision: ArticleRevision, earlier: Sequence[ArticleRevision]
) -> tuple[Passage, ...]:
    """Return the passages of a revision that earlier ones of the same kind do not have."""
    return _limited((*_new_headline(revision, earlier), *_new_sentences(revision, earlier)))


class Comparison:
    """Finds new passages, and remembers the last ones.

    Comparing long texts takes some hundred milliseconds. That is done once before the transaction
    that stores the revision, and not again in it, unless the store has changed in between.
    """

    def __init__(self) -> None:
        self._compared: list[tuple[str, str, str]] = []
        self._passages: tuple[Passage, ...] = ()

    def __call__(
        self, revision: ArticleRevision, earlier: Sequence[ArticleRevision]
    ) -> tuple[Passage, ...]:
        """Return what :func:`find_new_passages` does."""
        compared = [(r.title, r.lead, r.text) for r in (revision, *earlier)]
        if compared != self._compared:
            self._passages = find_new_passages(revision, earlier)
            self._compared = compared
        return self._passages


def with_changes(
    revision: ArticleRevision,
    earlier: Sequence[ArticleRevision],
    compare: Compare = find_new_passages,
) -> ArticleRevision:
    """Return a revision with the time of its change, and with what is new in it.

    It is returned as it is where it is the first text of its kind: the first revision, or the
    first whose page could be read, which repeats what the feed says.

    Args:
        revision: The revision to be announced.
        earlier: The last revisions before it, newest last.
        compare: Compares their texts.
    """
    comparable = [r for r in earlier if r.text_source == revision.text_source]
    if not comparable or comparable[-1] is not earlier[-1]:
        return revision
    passages = compare(revision, comparable)
    changes = {"changed_at": revision.fetched_at, "new_passages": passages}
    return revision.model_copy(update=changes)


def _new_headline(
    revision: ArticleRevision, earlier: Sequence[ArticleRevision]
) -> Iterator[Passage]:
    if is_new_line(revision.title, (before.title for before in earlier)):
        yield Passage(field="title", start=0, end=len(revision.title))


def _new_sentences(
    revision: ArticleRevision, earlier: Sequence[ArticleRevision]
) -> Iterator[Passage]:
    """Yield what is new in lead and text, compared as one: sentences move from one to the other."""
    border = len(revision.lead)
    for start, end in find_new_spans(_body(revision), [_body(before) for before in earlier]):
        if start < border:
            yield Passage(field="lead", start=start, end=min(end, border))
        if end > border:
            after = border + 1
            yield Passage(field="text", start=max(start - after, 0), end=end - after)


def _body(revision: ArticleRevision) -> str:
    return f"{revision.lead}\n{revision.text}"


def _limited(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    if len(passages) <= MAX_PASSAGES:
        return passages
    *first, last = passages[:MAX_PASSAGES]
    end = passages[-1].end if passages[-1].field == last.field else last.end
    return (*first, last.model_copy(update={"end": end}))
