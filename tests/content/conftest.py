"""The shipped configuration files, loaded and compiled once per session."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.faults import Fault
from processors import Processors

LANGUAGES = ("de", "en", "fr", "ru", "uk")


@pytest.fixture(scope="session")
def shipped() -> tuple[Catalog | None, list[Fault]]:
    """The catalog of the repository's own files, and its faults."""
    return load_catalog(Path(__file__).parents[2] / "config", {}, Path("no.env"))


@pytest.fixture(scope="session")
def catalog(shipped: tuple[Catalog | None, list[Fault]]) -> Catalog:
    """The shipped catalog, which has no errors."""
    catalog, faults = shipped
    assert catalog is not None, faults
    return catalog


@pytest.fixture(scope="session")
def processors(catalog: Catalog) -> Processors:
    """The processors of the shipped catalog."""
    return Processors.compile(catalog, LANGUAGES)
