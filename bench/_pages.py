"""The sets of annotated pages that ``extract.py`` measures on.

Each set is a folder of pages (``.html.gz``) with what people or publishers say is in them. A set is
read as :class:`AnnotatedPage` values, so that every extractor is measured in the same way.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["SETS", "AnnotatedPage", "read_set"]

UNKNOWN_URL = "https://www.example.com/a"


@dataclass(frozen=True, slots=True)
class AnnotatedPage:
    """A page and what is known of it.

    Attributes:
        name: The page's name in its set.
        url: Where it was fetched from.
        body: The page as it was stored.
        text: The whole article; empty if only some strings are known.
        present: Strings that belong to the article.
        absent: Strings that do not, comments included.
        facts: Title, publishing_date, authors and free_access, where they are known.
    """

    name: str
    url: str
    body: bytes
    text: str = ""
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def read_set(data: Path, name: str, pages: int) -> list[AnnotatedPage]:
    """Return the first pages of a set.

    Args:
        data: The folder of all sets.
        name: One of :data:`SETS`.
        pages: How many pages at most.
    """
    found: list[AnnotatedPage] = []
    for page in SETS[name](data / name):
        if len(found) == pages:
            break
        found.append(page)
    return found


def _scrapinghub(folder: Path) -> Iterable[AnnotatedPage]:
    for name, gold in json.loads((folder / "ground-truth.json").read_text()).items():
        yield AnnotatedPage(
            name=name,
            url=gold.get("url") or UNKNOWN_URL,
            body=_unzipped(folder / "html" / f"{name}.html.gz"),
            text=gold["articleBody"],
        )


def _german(folder: Path) -> Iterable[AnnotatedPage]:
    for url, label in json.loads((folder / "labels.json").read_text()).items():
        yield AnnotatedPage(
            name=label["file"],
            url=url,
            body=_unzipped(folder / "html" / f"{label['file']}.gz"),
            present=tuple(s for s in label.get("with") or () if s),
            absent=tuple(s for kind in ("without", "comments") for s in label.get(kind) or () if s),
        )


def _fundus(folder: Path) -> Iterable[AnnotatedPage]:
    for expected in sorted(folder.glob("*/*.json")):
        urls = json.loads((expected.parent / "meta.info").read_text())
        versions = json.loads(expected.read_text())
        for path in sorted(expected.parent.glob(f"{expected.stem}_2*.html.gz")):
            body = _unzipped(path)
            version = _version_of(body, path.name, list(versions.values()))
            if version is not None:
                yield AnnotatedPage(
                    name=f"{expected.parent.name}/{path.name.removesuffix('.html.gz')}",
                    url=(urls.get(path.name) or {"url": UNKNOWN_URL})["url"],
                    body=body,
                    text=_fundus_text(version),
                    facts=version,
                )


def _version_of(body: bytes, name: str, versions: list[Any]) -> Any:
    """Return the expected version of a page: if there are several, its title is on the page."""
    named = [v for v in versions if v.get("__file__", name) == name]
    if len(versions) == 1:
        return named[0] if named else None
    html = body.decode("utf-8", "replace")
    return next((v for v in named if v.get("title") and str(v["title"])[:25] in html), None)


def _fundus_text(version: Any) -> str:
    """Return the expected body, with or without sections, as one text."""
    body = version.get("body") or {}
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*section.get("headline", []), *section.get("paragraphs", [])]
    return "\n".join(parts)


def _unzipped(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


SETS = {"html-scrapinghub": _scrapinghub, "html-german-marked": _german, "html-fundus": _fundus}
"""The sets by the name of their folder."""
