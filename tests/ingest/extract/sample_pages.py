"""Synthetic pages: an article in five languages and many kinds of markup, with its surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

_FOLDER = Path(__file__).parent / "samples"
TRACKED = "Polarstern-Vertrag"
"""Occurs only outside the article: in comments, related lists, adverts, appeals."""


@dataclass(frozen=True)
class Story:
    """The texts of a page: the article, and what is around it."""

    language: str
    title: str
    byline: str
    lead: str
    body: tuple[str, ...]
    paywall: tuple[str, ...]
    related: tuple[str, ...]
    advert: tuple[str, ...]
    appeal: tuple[str, ...]
    head: str
    comments: tuple[tuple[str, str], ...]
    """Pairs of signature and text."""


def _read(language: str) -> Story:
    parts: dict[str, list[str]] = {}
    for line in (_FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = parts.setdefault(line.strip("[]"), [])
        elif line:
            lines.append(line)
    single = {name: parts[name][0] for name in ("title", "byline", "lead", "head")}
    several = {
        name: tuple(parts[name]) for name in ("body", "paywall", "related", "advert", "appeal")
    }
    lines = parts["comments"]
    comments = tuple(zip(lines[::2], lines[1::2], strict=True))
    return Story(language=language, comments=comments, **single, **several)  # type: ignore[arg-type]


DE, EN, FR, RU, UK = STORIES = tuple(_read(name) for name in ("de", "en", "fr", "ru", "uk"))


def around(story: Story) -> tuple[str, ...]:
    """Return what follows the body, as single lines."""
    comments = [line for pair in story.comments for line in pair]
    return (*story.related, *story.advert, *story.appeal, story.head, *comments)


def page(story: Story, body: str, head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html lang={story.language}><head><meta charset=utf-8>"
        f"<title>{escape(story.title)} | Auberger Bote</title>{head}</head>"
        f"<body>{body}</body></html>"
    ).encode()


def _tags(tag: str, lines: tuple[str, ...]) -> str:
    return "".join(f"<{tag}>{escape(line)}</{tag}>" for line in lines)


def flat_paragraphs(story: Story) -> bytes:
    lines = (story.byline, story.lead, *story.body, *around(story))
    return page(story, f"<h1>{escape(story.title)}</h1>{_tags('p', lines)}")


def neutral_divs(story: Story) -> bytes:
    lines = (story.title, story.byline, story.lead, *story.body, *around(story))
    return page(story, f"<div><div>{_tags('div', lines)}</div></div>")


def one_div_with_breaks(story: Story) -> bytes:
    lines = (story.byline, story.lead, *story.body, *around(story))
    joined = "<br><br>".join(escape(line) for line in lines)
    return page(story, f"<h1>{escape(story.title)}</h1><div>{joined}</div>")


def table_cell(story: Story) -> bytes:
    article = _tags("p", (story.byline, story.lead, *story.body))
    rest = _tags("li", around(story))
    return page(
        story,
        f"<table><tr><td><h2>{escape(story.title)}</h2>{article}<ul>{rest}</ul></td></tr></table>",
    )


def boxes_inside(story: Story) -> bytes:
    """The related list and the advert are between the paragraphs of the body."""
    links = "".join(f"<li><a href=/x>{escape(line)}</a></li>" for line in story.related[1:])
    related = f"<div><h3>{escape(story.related[0])}</h3><ul>{links}</ul></div>"
    boxes = f"{related}<div>{_tags('div', story.advert)}</div>"
    comments = "".join(
        f"<div><div>{escape(who)}</div><div>{escape(text)}</div></div>"
        for who, text in story.comments
    )
    inner = _tags("p", story.body[:2]) + boxes + _tags("p", story.body[2:])
    return page(
        story,
        f"<div><h1>{escape(story.title)}</h1><div>{escape(story.byline)}</div><div>{escape(story.lead)}</div>"
        f"<div>{inner}</div><div>{_tags('p', story.appeal)}</div>"
        f"<div>{escape(story.head)}</div><div>{comments}</div></div>",
    )


def names_beside_times(story: Story) -> bytes:
    """Name and time of each comment are separate elements; nothing is labelled."""
    comments = ""
    for who, text in story.comments:
        name, _, when = (
            who.replace(" | ", "\0").replace(" - ", "\0").replace(", ", "\0", 1).partition("\0")
        )
        comments += (
            f"<div><div>{escape(name)}</div><div>{escape(when)}</div><p>{escape(text)}</p></div>"
        )
    article = _tags("p", (story.byline, story.lead, *story.body))
    return page(story, f"<h1>{escape(story.title)}</h1>{article}<section>{comments}</section>")


def comments_first(story: Story) -> bytes:
    """The comments come before the article in the source."""
    comments = "".join(
        f"<div><div>{escape(who)}</div><div>{escape(text)}</div></div>"
        for who, text in story.comments
    )
    article = _tags("p", (story.lead, *story.body))
    return page(story, f"<div>{comments}</div><div><h1>{escape(story.title)}</h1>{article}</div>")


def labelled(story: Story) -> bytes:
    comments = "".join(
        f"<li><b>{escape(who)}</b><p>{escape(text)}</p></li>" for who, text in story.comments
    )
    article = _tags("p", (story.byline, *story.body))
    return page(
        story,
        f"<nav><a href=/>{TRACKED}</a></nav><main><article><h1>{escape(story.title)}</h1>"
        f"<p class=standfirst>{escape(story.lead)}</p><div class=article-body>{article}</div>"
        f"<div class=related-articles>{_tags('p', story.related)}</div>"
        f"<div class='ad-container'>{_tags('p', story.advert)}</div></article>"
        f"<section class=leserkommentare><ul>{comments}</ul></section></main>"
        f"<footer>{TRACKED}</footer>",
    )


LAYOUTS: tuple[Callable[[Story], bytes], ...] = (
    flat_paragraphs,
    neutral_divs,
    one_div_with_breaks,
    table_cell,
    boxes_inside,
    names_beside_times,
    comments_first,
    labelled,
)


def stub(story: Story, *, tag: str, marked: bool) -> bytes:
    """Return a page with two free paragraphs, a paywall and thirty comments."""
    comments = [line for pair in story.comments * 8 for line in pair]
    opening = "<div class=comments>" if marked else "<div>"
    return page(
        story,
        f"<h1>{escape(story.title)}</h1>{_tags(tag, (story.lead, *story.body[:2]))}"
        f"{_tags(tag, story.paywall)}{opening}{_tags(tag, (story.head, *comments))}</div>",
    )


def cases() -> Iterator[tuple[str, Story, bytes]]:
    for story in STORIES:
        for layout in LAYOUTS:
            yield f"{story.language}-{layout.__name__}", story, layout(story)
