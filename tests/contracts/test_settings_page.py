"""docs/settings.md and .env.example; that they are up to date is tested in test_docs.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings
from config.settings.load import load_settings
from config.settings.sources import environment_name
from wirewatch.contracts.generate import ROOT
from wirewatch.contracts.settings_page import env_example, settings_markdown


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is the test's, and no setting is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(environment_name(name), raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_listed_and_no_path_of_this_machine() -> None:
    for text in (settings_markdown(), env_example()):
        assert str(ROOT) not in text
        for name, field in Settings.model_fields.items():
            assert environment_name(name) in text
            assert field.description, name


def test_the_example_sets_nothing_and_uncommented_sets_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(env_example())
    assert load_settings() == Settings()
    commented = [line[2:] for line in env_example().splitlines() if line.startswith("# WIREWATCH_")]
    (tmp_path / ".env").write_text("\n".join(commented))
    assert load_settings().model_dump(exclude={"config_dir"}) == Settings(
        _env_file=None
    ).model_dump(exclude={"config_dir"})
