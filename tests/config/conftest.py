from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.faults import Fault

SOURCES = """\
outlets:
  - id: herald
    name: The Herald
    country: GB
    language: en
    feeds:
      - https://herald.example/rss.xml
"""

Load = Callable[..., tuple[Catalog | None, list[Fault]]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write operator files; sources.yaml has a default."""

    def to_folder(files: Mapping[str, str]) -> Path:
        folder = tmp_path / "config"
        for name, text in {"sources.yaml": SOURCES, **files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return folder

    return to_folder


@pytest.fixture
def load(write: Callable[[Mapping[str, str]], Path], tmp_path: Path) -> Load:
    """Load operator files, written as ``{name: text}``."""

    def from_texts(
        files: Mapping[str, str], environ: Mapping[str, str] | None = None
    ) -> tuple[Catalog | None, list[Fault]]:
        return load_catalog(write(files), environ or {}, tmp_path / ".env")

    return from_texts
