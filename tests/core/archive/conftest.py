"""An archive on the database of the test's parameter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from core.archive import Archive
from core.archive.open import open_archive
from processors.archive.words import words_of
from tests.support.postgres import DATABASES, a_database


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = a_database(request, request.param, tmp_path)
    return Settings(data_dir=tmp_path, database_url=url)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    opened = open_archive(settings, words_of)
    yield opened
    opened.close()
