"""What a chat message says, as paragraphs of lines of runs; each vendor writes a run in its markup.

::

    MessageContent ──paragraphs()──▶ paragraphs ─▶ lines ─▶ runs ──markup──▶ mrkdwn, HTML, JSON

The order is for a small screen: what is new, the headline, the outlet, the sentence that matched,
why, who else has it, and links. A vendor's module turns one run into its markup and escapes it, so
no text can reach a message unescaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from alerts.rendering.content import ArticleContent, Link, MessageContent


@dataclass(frozen=True, slots=True)
class TextRun:
    """A piece of a line that looks the same throughout. The text is untrusted.

    Attributes:
        is_bold: Whether it is a headline.
        is_marked: Whether it is a term that matched.
        url: Where it leads; empty where it is no link.
    """

    text: str
    is_bold: bool = False
    is_marked: bool = False
    url: str = ""


Line = tuple[TextRun, ...]
Paragraph = tuple[Line, ...]
Markup = Callable[[TextRun], str]
"""Returns a run in a vendor's markup, escaped."""


def head(content: MessageContent) -> Iterator[Paragraph]:
    """Yield notices, what is new, the headline, and topic, severity and kind."""
    yield from (((TextRun(notice),),) for notice in content.notices)
    if content.development:
        yield ((TextRun(content.development, is_bold=True),),)
    title = TextRun(content.title, is_bold=True, url=content.read)
    yield ((title,), (TextRun(" · ".join(content.labels)),))


def rest(content: MessageContent) -> Iterator[Paragraph]:
    """Yield the articles, how many were left out, and why the message is sent."""
    yield from (tuple(_article(article, content)) for article in content.articles)
    if content.more:
        yield ((TextRun(content.more, url=content.console),),)
    if content.reason and content.reason != content.title:
        yield ((TextRun(content.reason),),)


def links(content: MessageContent) -> tuple[Link, ...]:
    """Return the links to the article and to the console."""
    known = (
        Link(content.t("notification.read"), content.read),
        Link(content.t("notification.console"), content.console),
    )
    return tuple(link for link in known if link.url)


def link_paragraph(content: MessageContent) -> Paragraph:
    """Return the links on one line."""
    return (_separated((TextRun(link.name, url=link.url) for link in links(content)), " · "),)


def paragraphs(content: MessageContent) -> Iterator[Paragraph]:
    """Yield the whole message."""
    yield from head(content)
    yield from rest(content)
    if links(content):
        yield link_paragraph(content)


def written(paragraph: Paragraph, markup: Markup) -> str:
    """Return a paragraph in a vendor's markup."""
    return "\n".join("".join(map(markup, line)) for line in paragraph)


def written_all(paragraphs: Iterable[Paragraph], markup: Markup) -> str:
    """Return paragraphs in a vendor's markup, with an empty line between them."""
    return "\n\n".join(written(paragraph, markup) for paragraph in paragraphs)


def plain(run: TextRun) -> str:
    """Return a run without markup; a term that matched is between guillemets."""
    return f"»{run.text}«" if run.is_marked else run.text


def _article(article: ArticleContent, content: MessageContent) -> Iterator[Line]:
    t = content.t
    if article.title:
        yield (TextRun(article.title, is_bold=True, url=article.url),)
    facts = [TextRun(article.outlet, url=article.url), TextRun(article.facts)]
    yield _separated((run for run in facts if run.text), " · ")
    for sentence in article.sentences:
        yield tuple(TextRun(piece.text, is_marked=piece.marked) for piece in sentence)
    yield (TextRun(f"{t('notification.why')}: {article.why}"),)
    if article.also_in:
        others = _separated((TextRun(link.name, url=link.url) for link in article.also_in), ", ")
        more = f" {article.more_outlets}" if article.more_outlets else ""
        yield (TextRun(f"{t('notification.also_in')}: "), *others, TextRun(more))


def _separated(runs: Iterable[TextRun], separator: str) -> Line:
    between = TextRun(separator)
    return tuple(r for run in runs for r in (between, run))[1:]
