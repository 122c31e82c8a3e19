"""Find reader comments that no markup labels: by their signatures and by the head above them.

::

    blocks ─ signatures (``Name | Sa., 8. Januar 2022 - 18:19``), reply lines, heads,
             conversations ─▶ span of comments

A byline is a single signature above the body, a live ticker has times without names, an interview
has names without times: none of them is mistaken for comments. If there are only names, they are
comments if more than two people converse below the body, at least one of them comes back, and one
has a name of the kind that exists only in forums (``lough_swan``, ``GregT``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import Block, Location, body_location
from ingest.extract.byline_patterns import byline_patterns

_MAX_SIGNATURE = 110
_MAX_NAME = 45
_SURE_REPLY = re.compile("|".join(vocabulary.alternatives("sure_reply")))
_SURE_HEAD = re.compile("|".join(vocabulary.alternatives("sure_head")))
_MAX_DISTANCE = 6
_MIN_HEADLINE = 15
_MIN_CONVERSATION = 4
_HANDLE = re.compile(
    r"(?!(?:Mc|Mac|De|Di|La|Le|Van|von |van |de |der |zu |la |le ))"
    r"(?:[^\W\d_]*[a-zß-ÿ][A-Z]|\w*[\d_]|[a-z])"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote a comment, and when.

    Attributes:
        start: Index of the block that the comment begins with.
        index: Index of the block with the time.
        name: The name in lower case.
        has_time: Whether there is a time of day, not only a date.
    """

    start: int
    index: int
    name: str
    has_time: bool


def find_comments(blocks: Sequence[Block], title: int, *, live: bool) -> tuple[int, int] | None:
    """Return the indexes of the first block of the comments and of the first one after them.

    Args:
        blocks: All blocks of the page.
        title: Index of the headline, -1 if there is none.
        live: Whether the page is a live ticker, where times alone prove nothing.

    Returns:
        None if there are no comments.
    """
    rest = [i for i, b in enumerate(blocks) if b.zone is None and i > title]
    span = _find_span(blocks, rest, title, live=live)
    if span is None and title > 0:
        above = [i for i, b in enumerate(blocks[:title]) if b.zone is None]
        signatures = list(_signatures(blocks, above))
        if len(signatures) >= 3 and all(s.has_time for s in signatures):
            heads = [i for i in above if is_comment_head(blocks[i])]
            return _start_with_head(signatures[0].start, heads, blocks), title
    return span


def _find_span(
    blocks: Sequence[Block], rest: Sequence[int], title: int, *, live: bool
) -> tuple[int, int] | None:
    heads = [i for i in rest if is_comment_head(blocks[i])]
    replies = [i for i in rest if _is_reply(blocks[i])]
    opened = [h for h in heads if blocks[h].heading or _has_text(blocks[title + 1 : h])]
    signatures = _drop_byline(list(_signatures(blocks, rest)), opened, blocks, title)
    if _are_comments(signatures, replies, opened, blocks, title, live=live):
        start, end = _span_around(signatures, heads, blocks, title)
        last = max([signatures[-1].index + 1, *replies])  # the text is below a signature
        return start, _end_above_body(start, end, last, blocks, title)
    if first := _first_of_replies(replies, blocks, title):
        start = _start_with_head(first, heads, blocks)
        return start, _end_above_body(start, len(blocks), replies[-1], blocks, title)
    if not live and (span := _find_conversation(blocks, rest)):
        return _start_with_head(span[0], heads, blocks), span[1]
    head = next((h for h in heads if _opens_comments(h, blocks, title)), None)
    return (head, _end_below_head(head, blocks, title)) if head is not None else None


def is_comment_head(block: Block) -> bool:
    """Return whether a block is the head of the comments, or part of their form."""
    return (
        len(block.text) <= 400
        and bool(vocabulary.COMMENT_HEAD.matches(block.lower, block.sections))
        and (len(block.text) <= 60 or bool(_SURE_HEAD.search(block.lower)))
    )


def _signatures(blocks: Sequence[Block], open_blocks: Sequence[int]) -> Iterator[Signature]:
    patterns = byline_patterns()
    previous = -1
    for position, i in enumerate(open_blocks):
        block = blocks[i]
        if (
            len(block.text) <= _MAX_SIGNATURE
            and patterns.maybe_when.search(block.lower)
            and not patterns.clock_only.match(block.lower)
            and (signature := _read_signature(blocks, i, previous))
            and not _belongs_to_teaser(blocks, open_blocks[position + 1 : position + 8])
        ):
            yield signature
        previous = i


def _read_signature(blocks: Sequence[Block], index: int, previous: int) -> Signature | None:
    """Return who and when, from one block or from a name and a time below it."""
    patterns, block = byline_patterns(), blocks[index]
    has_time = bool(patterns.clocked.search(block.lower))
    if match := patterns.signature.match(block.lower):
        is_byline = vocabulary.BYLINE.match(patterns.opener.sub("", block.lower))
        if _is_name(match["name"]) and not is_byline:
            return Signature(index, index, match["name"], has_time)
    elif len(block.text) <= 60 and patterns.when_only.match(block.lower) and previous >= 0:
        above = blocks[previous]
        if previous >= index - 2 and looks_like_name(above):
            return Signature(previous, index, above.lower, has_time)
    return None


def _belongs_to_teaser(blocks: Sequence[Block], following: Sequence[int]) -> bool:
    """Return whether a linked headline follows, where a comment has its text.

    Short lines in between, such as a section, a count or a reply link, are skipped.
    """
    for i in following:
        block = blocks[i]
        if len(block.text) >= _MIN_HEADLINE and not _is_reply(block):
            return block.mostly_links
    return False


def _is_name(name: str) -> bool:
    return len(name.split()) <= 5 and not byline_patterns().when_only.match(name)


def looks_like_name(block: Block) -> bool:
    """Return whether a block may consist of a name and nothing else."""
    text = block.text.removesuffix(":")
    if (
        len(text) > _MAX_NAME
        or block.container.tag in ("h1", "h2", "h3", "h4")
        or vocabulary.BYLINE.match(block.lower)
    ):
        return False
    match = byline_patterns().who_says.match(block.lower)
    if not match or len(match["name"].split()) > 4:
        return False
    words = text[: len(match["name"])].split()
    particles = byline_patterns().particles
    return len(words) == 1 or all(
        w[:1].isupper() or not w[:1].isalpha() or w in particles for w in words
    )


def _is_reply(block: Block) -> bool:
    return (
        len(block.text) <= 60
        and bool(vocabulary.REPLY.matches(block.lower, block.sections))
        and bool(_SURE_REPLY.search(block.lower))
    )


def _drop_byline(
    signatures: list[Signature], heads: Sequence[int], blocks: Sequence[Block], title: int
) -> list[Signature]:
    """Return the signatures without those above the body: the author and time of publication.

    In a forum that is the signature of the opening post, which is the article.
    """
    while signatures:
        first = signatures[0]
        if _has_text(blocks[title + 1 : first.start]) or any(h < first.start for h in heads):
            return signatures
        signatures = signatures[1:]
    return signatures


def _has_text(blocks: Sequence[Block]) -> bool:
    """Return whether any open block reads like a sentence."""
    return any(b.zone is None and (b.sentence or b.prose) for b in blocks)


def _are_comments(
    signatures: Sequence[Signature],
    replies: Sequence[int],
    heads: Sequence[int],
    blocks: Sequence[Block],
    title: int,
    *,
    live: bool,
) -> bool:
    """Return whether the signatures belong to comments, not to dates that the article mentions."""
    if not signatures:
        return False
    first, last = signatures[0].start, signatures[-1].index
    if any(first - _MAX_DISTANCE <= head <= last + 12 for head in heads):
        return True
    if any(reply > first for reply in replies):
        return True
    return not live and _have_different_people(signatures, blocks, title)


def _have_different_people(
    signatures: Sequence[Signature], blocks: Sequence[Block], title: int
) -> bool:
    """Return whether signatures alone show that there are comments below the body.

    A ticker has the times of one or two authors, a list of results or of documents has dates
    without sentences, and neither has anything above it. Cutting those would lose the article.
    """
    timed = sum(s.has_time for s in signatures)
    if len(signatures) < (2 if timed >= 2 else 3):
        return False
    if not _has_text(blocks[title + 1 : signatures[0].start]):
        return False
    people = len({s.name for s in signatures})
    if people < min(len(signatures), 3 if len(signatures) >= 5 else 2):
        return False
    ends = [*(s.start for s in signatures[1:]), signatures[-1].index + _MAX_DISTANCE]
    texts = sum(
        _has_text(blocks[s.index + 1 : end]) for s, end in zip(signatures, ends, strict=True)
    )
    return timed >= 2 or texts * 2 > len(signatures)


def _span_around(
    signatures: Sequence[Signature], heads: Sequence[int], blocks: Sequence[Block], title: int
) -> tuple[int, int]:
    start = _start_with_head(signatures[0].start, heads, blocks)
    last = signatures[-1].index
    container = None
    if len(signatures) > 1:
        container = _common_ancestor([blocks[s.index].container for s in signatures])
    if container is not None:
        inside = [i for i, b in enumerate(blocks) if _is_inside(b.container, container)]
        before = [
            i
            for i in inside
            if i < signatures[0].start and blocks[i].prose and blocks[i].zone is None
        ]
        if len(before) <= 1 and title not in inside:
            return min(inside[0], start), max(inside[-1], last) + 1
    return start, len(blocks)


def _end_above_body(start: int, end: int, last: int, blocks: Sequence[Block], title: int) -> int:
    """Return where the comments end if the body goes on below them.

    Its paragraphs are back at their location, where no comment is.

    Args:
        start: The first block of the comments.
        end: The first one after them, if they go on as far as they may.
        last: Index of the last block that is surely part of a comment.
        blocks: The blocks of the page.
        title: Index of the headline, -1 if there is none.
    """
    location = body_location([b for b in blocks[title + 1 : start] if b.zone is None])
    if not location:
        return end
    inside = range(start, end)
    texts = (i for i in inside if blocks[i].sentence and blocks[i].location == location)
    resumes = next(texts, end)
    return resumes if resumes > last else end


def _start_with_head(start: int, heads: Sequence[int], blocks: Sequence[Block]) -> int:
    """Return the index of the head above the comments, or ``start`` if the body is in between."""
    for head in heads:
        if head < start and sum(b.prose for b in blocks[head + 1 : start] if b.zone is None) <= 1:
            return head
    return start


def _first_of_replies(replies: Sequence[int], blocks: Sequence[Block], title: int) -> int | None:
    """Return where the first comment begins if only reply links show that there are comments."""
    apart = [a for a, b in pairwise(replies) if b - a > 1]
    if not apart:
        return None
    first = apart[0]
    names = (i for i in range(first - 1, max(title, first - 9), -1) if looks_like_name(blocks[i]))
    return next(names, None)


def _find_conversation(blocks: Sequence[Block], rest: Sequence[int]) -> tuple[int, int] | None:
    """Return the span of a conversation below the body, in which comments have only names."""
    names_by_markup: dict[tuple[str, str], list[int]] = {}
    for i, following in pairwise(rest):
        markup = _element_and_class(blocks[i])
        if looks_like_name(blocks[i]) and markup != _element_and_class(blocks[following]):
            names_by_markup.setdefault(markup, []).append(i)
    for names in names_by_markup.values():
        if _is_conversation(blocks, names):
            answers = {_element_and_class(blocks[i + 1]) for i in names}
            after = (i for i in rest if i > names[-1] + 1)
            end = (i for i in after if _element_and_class(blocks[i]) not in answers)
            return names[0], next(end, len(blocks))
    return None


def _is_conversation(blocks: Sequence[Block], names: Sequence[int]) -> bool:
    people = [blocks[i].text.removesuffix(":") for i in names]
    if len(people) < _MIN_CONVERSATION or not 2 < len(set(people)) < len(people):
        return False
    answers = [blocks[i + 1] for i in names]
    before = [b for b in blocks[: names[0]] if b.zone is None and b.prose]
    markup = {_element_and_class(b) for b in before}
    return (
        bool(before)
        and any(_HANDLE.match(name) for name in people)
        and all(b - a <= _MAX_DISTANCE for a, b in pairwise(names))
        and not any(b.mostly_links or _element_and_class(b) in markup for b in answers)
    )


def _element_and_class(block: Block) -> tuple[str, str]:
    """Return the element and class of a block: equal for all blocks of a kind on a page."""
    return str(block.container.tag), block.container.get("class") or ""


def _opens_comments(head: int, blocks: Sequence[Block], title: int) -> bool:
    """Return whether comments follow a head, and not the body (a count next to the byline)."""
    before = sum(len(b.text) for b in blocks[title + 1 : head] if b.prose and b.zone is None)
    after = sum(len(b.text) for b in blocks[head + 1 :] if b.prose and b.zone is None)
    block = blocks[head]
    if not before:
        return False
    if block.heading or (_SURE_HEAD.search(block.lower) and not block.mostly_links):
        return True
    return after <= before


def _end_below_head(head: int, blocks: Sequence[Block], title: int) -> int:
    """Return where the comments end if only a head says that there are any.

    The phrases of a comment form occur in the forms of newsletters too. So the text goes on where
    paragraphs are back at the location of the body, unless the head itself is at that location.
    """
    before = [b for b in blocks[title + 1 : head] if b.zone is None]
    location = body_location(before)
    if blocks[head].location == location and not blocks[head].sentence:
        return len(blocks)
    after = range(head + 1, len(blocks))
    resumes = (i for i in after if _continues(blocks[i], location))
    return next(resumes, len(blocks))


def _continues(block: Block, location: Location) -> bool:
    is_text = block.prose or (block.sentence and not block.link_length)
    return block.zone is None and is_text and block.location == location


def _ancestors(element: HtmlElement) -> list[HtmlElement]:
    return [*reversed(list(element.iterancestors())), element]


def _common_ancestor(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    """Return the innermost element that contains all elements."""
    path = _ancestors(elements[0])
    for element in elements[1:]:
        other = _ancestors(element)
        size = next(
            (n for n, (a, b) in enumerate(zip(path, other, strict=False)) if a is not b),
            min(len(path), len(other)),
        )
        path = path[:size]
    return path[-1] if path else None


def _is_inside(element: HtmlElement, container: HtmlElement) -> bool:
    return element is container or container in element.iterancestors(container.tag)
