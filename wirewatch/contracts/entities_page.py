"""The list of the shipped entities, generated from their files."""

from __future__ import annotations

import re
from pathlib import Path

ENTITIES = Path(__file__).parents[2] / "config" / "entities"
"""The shipped files."""

_HEAD = """\
# Shipped entities

<!-- Written by `make docs`; a test fails when it is out of date. -->

Ids for `entity:id` in queries, by file and kind; [entities](entities.md) explains what each finds.
A [concept](vocabulary.md#shipped-concepts) such as `$usa` or `$party` has many of them.
"""
_LINE = re.compile(r"# --- (?P<section>.+?) -+|- id: (?P<id>[a-z0-9-]+)")


def entities_markdown() -> str:
    """Return the page: a heading for each file, and a paragraph of ids for each of its sections."""
    return _HEAD + "".join(map(_file_markdown, sorted(ENTITIES.glob("*.yaml"))))


def _file_markdown(path: Path) -> str:
    sections: dict[str, list[str]] = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _LINE.fullmatch(line)
        if match and match["section"]:
            section = match["section"]
        elif match:
            sections.setdefault(section, []).append(match["id"])
    paragraphs = (_paragraph(name, ids) for name, ids in sections.items())
    head = f"\n## [{path.stem.capitalize()}](../config/entities/{path.name})\n\n"
    return head + "\n".join(paragraphs)


def _paragraph(section: str, ids: list[str]) -> str:
    names = ", ".join(f"`{name}`" for name in ids)
    return f"**{section}:** {names}\n" if section else f"{names}\n"
