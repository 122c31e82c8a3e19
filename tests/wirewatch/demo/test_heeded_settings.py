"""Which of the user's settings apply to the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings import Settings
from wirewatch.demo.heeded_settings import DEFAULT_PORT, HEEDED, console_port, heeded_variables
from wirewatch.demo.workspace import Workspace


def test_how_it_is_shown_applies_and_what_it_works_on_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "WIREWATCH_LOG_LEVEL=debug\nWIREWATCH_WEB_EDIT_FILES=true\nWIREWATCH_DATA_DIR=/mine\n"
    )
    environ = {"WIREWATCH_LOG_LEVEL": "error", "WIREWATCH_DATABASE_URL": "postgresql://mine"}
    heeded = heeded_variables(environ)
    assert heeded == {"WIREWATCH_LOG_LEVEL": "error", "WIREWATCH_WEB_EDIT_FILES": "true"}
    settings = Workspace(tmp_path, 8090, heeded).settings
    assert (settings.log_level, settings.web_edit_files, settings.web_port) == ("error", True, 8090)
    assert (settings.database_url, settings.data_dir) == ("", tmp_path / "data")


def test_all_of_them_are_settings_and_none_names_data_or_a_server() -> None:
    assert set(HEEDED) <= set(Settings.model_fields)
    assert not [name for name in HEEDED if name.endswith(("_dir", "_url", "_prefix", "_token"))]


def test_a_value_that_is_not_valid_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WIREWATCH_PROCESSES"):
        _ = Workspace(tmp_path, 0, {"WIREWATCH_PROCESSES": "many"}).settings


def test_the_consoles_port_is_the_users_or_the_default() -> None:
    assert console_port({}) == console_port({"WIREWATCH_WEB_PORT": " "}) == DEFAULT_PORT
    assert console_port({"WIREWATCH_WEB_PORT": "9000"}) == 9000
    for wrong in ("70000", "-1", "http"):
        with pytest.raises(SettingsError, match="WIREWATCH_WEB_PORT is no port"):
            console_port({"WIREWATCH_WEB_PORT": wrong})
