"""Reader comments that nothing labels: found by who wrote when, and by what stands over them.

::

    blocks ─ signatures (``Name | Sa., 8. Januar 2022 - 18:19``), reply lines, heads, talk ─▶ spans

A byline is one signature before the body; a live ticker has times without names; an interview
has names without times. None of them is taken for comments. Where nothing but names gives readers
away, they must talk below the body, more than two of them, come back, and one bear a name that
nobody has outside of forums (``lough_swan``, ``GregT``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import Block
from ingest.extract.byline_patterns import byline_patterns

_MAX_SIGNATURE = 110
_MAX_NAME = 45
_SURE_REPLY = re.compile("|".join(vocabulary.alternatives("sure_reply")))
_SURE_HEAD = re.compile("|".join(vocabulary.alternatives("sure_head")))
_REACH = 6
_MIN_COMMENT = 15
_MIN_TALK = 4
_HANDLE = re.compile(
    r"(?!(?:Mc|Mac|De|Di|La|Le|Van|von |van |de |der |zu |la |le ))"
    r"(?:[^\W\d_]*[a-zß-ÿ][A-Z]|\w*[\d_]|[a-z])"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """One comment's who and when.

    Attributes:
        start: Index of the block the comment begins with.
        index: Index of the block with the time.
        name: Who, lower case.
        clocked: Whether there is a time of day, not only a date.
    """

    start: int
    index: int
    name: str
    clocked: bool


def comment_span(blocks: Sequence[Block], title: int, *, live: bool) -> tuple[int, int] | None:
    """First and one past the last block of the reader comments; None where there are none.

    Args:
        blocks: Every block of the page.
        title: Index of the headline, -1 where there is none.
        live: Whether the page is a live ticker: times alone prove nothing there.
    """
    rest = [i for i, b in enumerate(blocks) if b.zone is None and i > title]
    span = _span(blocks, rest, title, live=live)
    if span is None and title > 0:
        above = [i for i, b in enumerate(blocks[:title]) if b.zone is None]
        signatures = list(_signatures(blocks, above))
        if len(signatures) >= 3 and all(s.clocked for s in signatures):
            heads = [i for i in above if is_head(blocks[i])]
            return _from_head(signatures[0].start, heads, blocks), title
    return span


def _span(
    blocks: Sequence[Block], rest: Sequence[int], title: int, *, live: bool
) -> tuple[int, int] | None:
    heads = [i for i in rest if is_head(blocks[i])]
    replies = [i for i in rest if _is_reply(blocks[i])]
    signatures = _without_byline(list(_signatures(blocks, rest)), heads, blocks, title)
    if _believed(signatures, replies, heads, live=live):
        return _around(signatures, heads, blocks, title)
    if start := _from_replies(replies, blocks, title):
        return _from_head(start, heads, blocks), len(blocks)
    if not live and (talk := _talk(blocks, rest)):
        return _from_head(talk[0], heads, blocks), talk[1]
    head = next((h for h in heads if _opens(h, blocks, title)), None)
    return (head, len(blocks)) if head is not None else None


def is_head(block: Block) -> bool:
    """Whether the block stands over comments, or belongs to their form."""
    return (
        len(block.text) <= 400
        and bool(vocabulary.COMMENT_HEAD.search(block.lower))
        and (len(block.text) <= 60 or bool(_SURE_HEAD.search(block.lower)))
    )


def _signatures(blocks: Sequence[Block], open_blocks: Sequence[int]) -> Iterator[Signature]:
    patterns = byline_patterns()
    previous = -1
    for i in open_blocks:
        block = blocks[i]
        if (
            len(block.text) <= _MAX_SIGNATURE
            and patterns.maybe_when.search(block.lower)
            and not patterns.clock_only.match(block.lower)
        ):
            clocked = bool(patterns.clocked.search(block.lower))
            if found := patterns.signature.match(block.lower):
                if _is_name(found["name"]) and not vocabulary.BYLINE.match(
                    patterns.opener.sub("", block.lower)
                ):
                    yield Signature(i, i, found["name"], clocked)
            elif len(block.text) <= 60 and patterns.when_only.match(block.lower) and previous >= 0:
                above = blocks[previous]
                if previous >= i - 2 and looks_like_name(above):
                    yield Signature(previous, i, above.lower, clocked)
        previous = i


def _is_name(name: str) -> bool:
    return len(name.split()) <= 5 and not byline_patterns().when_only.match(name)


def looks_like_name(block: Block) -> bool:
    """Whether a block may be nothing but somebody's name."""
    text = block.text.removesuffix(":")
    if (
        len(text) > _MAX_NAME
        or block.owner.tag in ("h1", "h2", "h3", "h4")
        or vocabulary.BYLINE.match(block.lower)
    ):
        return False
    parts = byline_patterns().who_says.match(block.lower)
    if not parts or len(parts["name"].split()) > 4:
        return False
    own = text[: len(parts["name"])].split()
    particles = byline_patterns().particles
    return len(own) == 1 or all(
        p[:1].isupper() or not p[:1].isalpha() or p in particles for p in own
    )


def _is_reply(block: Block) -> bool:
    return (
        len(block.text) <= 60
        and bool(vocabulary.REPLY.search(block.lower))
        and bool(_SURE_REPLY.search(block.lower))
    )


def _without_byline(
    found: list[Signature], heads: Sequence[int], blocks: Sequence[Block], title: int
) -> list[Signature]:
    """Drop signatures over the body: the author's, with the time of publication."""
    while found:
        first = found[0]
        if any(b.prose for b in blocks[title + 1 : first.start] if b.zone is None):
            return found
        if any(head < first.start for head in heads):
            return found
        gaps = [_between(blocks, a, b) for a, b in pairwise(found)]
        if len(gaps) > 2 and min(gaps) >= _MIN_COMMENT and gaps[0] <= 1.5 * median(gaps[1:]) + 150:
            return found
        found = found[1:]
    return found


def _between(blocks: Sequence[Block], first: Signature, second: Signature) -> int:
    return sum(len(b.text) for b in blocks[first.index + 1 : second.start] if b.zone is None)


def _believed(
    signatures: Sequence[Signature], replies: Sequence[int], heads: Sequence[int], *, live: bool
) -> bool:
    """Whether the signatures are comments and not dates the article happens to name."""
    if not signatures:
        return False
    first = signatures[0].start
    helped = any(first - _REACH <= h <= signatures[-1].index + 12 for h in heads) or any(
        r > first for r in replies
    )
    if helped:
        return True
    enough = 2 if sum(s.clocked for s in signatures) >= 2 else 3
    return not live and len(signatures) >= enough


def _around(
    signatures: Sequence[Signature], heads: Sequence[int], blocks: Sequence[Block], title: int
) -> tuple[int, int]:
    start = _from_head(signatures[0].start, heads, blocks)
    last = signatures[-1].index
    shelf = _common([blocks[s.index].owner for s in signatures]) if len(signatures) > 1 else None
    if shelf is not None:
        inside = [i for i, b in enumerate(blocks) if _stands_in(b.owner, shelf)]
        before = [
            i
            for i in inside
            if i < signatures[0].start and blocks[i].prose and blocks[i].zone is None
        ]
        if len(before) <= 1 and title not in inside:
            return min(inside[0], start), max(inside[-1], last) + 1
    return start, len(blocks)


def _from_head(start: int, heads: Sequence[int], blocks: Sequence[Block]) -> int:
    """The head over the comments, if no body stands between it and the first of them."""
    for head in heads:
        if head < start and sum(b.prose for b in blocks[head + 1 : start] if b.zone is None) <= 1:
            return head
    return start


def _from_replies(replies: Sequence[int], blocks: Sequence[Block], title: int) -> int | None:
    """Where the first comment begins when only its reply link gives it away."""
    apart = [a for a, b in pairwise(replies) if b - a > 1]
    if not apart:
        return None
    first = apart[0]
    names = (i for i in range(first - 1, max(title, first - 9), -1) if looks_like_name(blocks[i]))
    return next(names, None)


def _talk(blocks: Sequence[Block], rest: Sequence[int]) -> tuple[int, int] | None:
    """First and one past the last block of a talk below the body: names and nothing but names."""
    said: dict[tuple[str, str], list[int]] = {}
    for i, following in pairwise(rest):
        if looks_like_name(blocks[i]) and _markup(blocks[i]) != _markup(blocks[following]):
            said.setdefault(_markup(blocks[i]), []).append(i)
    for names in said.values():
        if _is_talk(blocks, names):
            answers = {_markup(blocks[i + 1]) for i in names}
            over = (i for i in rest if i > names[-1] + 1 and _markup(blocks[i]) not in answers)
            return names[0], next(over, len(blocks))
    return None


def _is_talk(blocks: Sequence[Block], names: Sequence[int]) -> bool:
    who = [blocks[i].text.removesuffix(":") for i in names]
    if len(who) < _MIN_TALK or not 2 < len(set(who)) < len(who):
        return False
    answers = [blocks[i + 1] for i in names]
    before = [b for b in blocks[: names[0]] if b.zone is None and b.prose]
    markup = {_markup(b) for b in before}
    return (
        bool(before)
        and any(_HANDLE.match(name) for name in who)
        and all(b - a <= _REACH for a, b in pairwise(names))
        and not any(b.linky or _markup(b) in markup for b in answers)
    )


def _markup(block: Block) -> tuple[str, str]:
    """What a page's author calls such blocks: their element and its class."""
    return str(block.owner.tag), block.owner.get("class") or ""


def _opens(head: int, blocks: Sequence[Block], title: int) -> bool:
    """Whether comments follow this head, rather than the body (a count beside the byline)."""
    before = sum(len(b.text) for b in blocks[title + 1 : head] if b.prose and b.zone is None)
    after = sum(len(b.text) for b in blocks[head + 1 :] if b.prose and b.zone is None)
    block = blocks[head]
    if not before:
        return False
    if block.heading or (_SURE_HEAD.search(block.lower) and not block.linky):
        return True
    return after <= before


def _ancestors(element: HtmlElement) -> list[HtmlElement]:
    return [*reversed(list(element.iterancestors())), element]


def _common(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    """The innermost element around all of them."""
    path = _ancestors(elements[0])
    for element in elements[1:]:
        other = _ancestors(element)
        size = next(
            (n for n, (a, b) in enumerate(zip(path, other, strict=False)) if a is not b),
            min(len(path), len(other)),
        )
        path = path[:size]
    return path[-1] if path else None


def _stands_in(element: HtmlElement, shelf: HtmlElement) -> bool:
    return element is shelf or any(a is shelf for a in element.iterancestors())
