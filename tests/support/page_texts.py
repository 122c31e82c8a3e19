"""The texts of a page in its own language."""

from __future__ import annotations

from html.parser import HTMLParser


class Texts(HTMLParser):
    """Collects what a page shows or reads out in its own language.

    Left out is what is marked as being in another language or comes from outside: headlines,
    sentences, names, files, JSON.
    """

    SKIPPED = frozenset({"bdi", "blockquote", "code", "kbd", "mark", "pre", "textarea", "time"})
    VOID = frozenset({"br", "img", "input", "link", "meta", "rect"})

    def __init__(self, language: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._language = language
        self._skipped: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        foreign = attributes.get("lang", self._language) != self._language
        outside = tag in self.SKIPPED or "dir" in attributes or attributes.get("class") == "file"
        skip = foreign or outside or any(self._skipped)
        if tag not in self.VOID:
            self._skipped.append(skip)
        if not skip:
            names = ("aria-label", "title", "data-label", "alt", "data-one", "data-many")
            self.texts += [value for name in names if (value := attributes.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._skipped):
            self.texts.append(data.strip())


def texts_of(body: str, language: str) -> str:
    """Return all texts of a page, one per line."""
    parser = Texts(language)
    parser.feed(body)
    return "\n".join(parser.texts)
