from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.secrets import mask
from config.settings import Settings, secret
from config.settings.load import load_settings, unknown_settings
from config.settings.sources import SecretFiles

HOME = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting but those of the test; the working directory is the test's."""
    import os

    for name in list(os.environ):
        if name.startswith("WIREWATCH_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_variable_the_defaults_apply() -> None:
    settings = load_settings()
    assert settings.web_port == 8080
    assert settings.config_dir == HOME / "config"
    assert settings.streams_location == "sqlite:///data/streams.db"
    assert settings.database_location == "sqlite:///data/store.db"


def test_files_in_the_working_directory_are_found_beside_the_data(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    assert load_settings().config_dir == HOME / "config"  # a folder of another program
    (tmp_path / "config" / "sources.yaml").write_text("outlets: []\n", "utf-8")
    settings = load_settings()
    assert settings.config_dir.absolute() == tmp_path / "config"
    assert settings.data_dir.absolute() == tmp_path / "data"


def test_the_environment_takes_precedence_over_dotenv(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("WIREWATCH_WEB_PORT=1\nWIREWATCH_WEB_HOST=::1\nOTHER=x\n")
    monkeypatch.setenv("WIREWATCH_WEB_PORT", "2")
    settings = load_settings()
    assert (settings.web_port, settings.web_host) == (2, "::1")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_PORT", "")
    monkeypatch.setenv("WIREWATCH_CONFIG_DIR", "")
    settings = load_settings()
    assert (settings.web_port, settings.config_dir) == (8080, HOME / "config")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("30d", timedelta(days=30)),
        ("P2D", timedelta(days=2)),
    ],
)
def test_durations_are_written_as_in_operator_files(
    monkeypatch: pytest.MonkeyPatch, text: str, meant: timedelta
) -> None:
    monkeypatch.setenv("WIREWATCH_STREAMS_RETENTION", text)
    assert load_settings().streams_retention == meant


def test_every_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {
        "WEB_PORT": "abc",
        "LOG_FORMAT": "xml",
        "STREAMS_RETENTION": "soon",
        "HTTP_TOTAL_TIMEOUT": "inf",
        "HTTP_ALLOW_PRIVATE": "perhaps",
        "DATA_DIR": "~nobody-of-that-name/x",
        "STREAMS_PREFIX": "a b",
        "TOLD_RETENTION": "6d",
    }
    for name, value in bad.items():
        monkeypatch.setenv(f"WIREWATCH_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = caught.value.message
    for name, value in bad.items():
        assert f"WIREWATCH_{name} is `{value}`" in message
    assert "it should be a duration like" in message
    assert "it should be a whole number" in message
    assert "it should be 7d or more" in message
    assert "docs/settings.md" in caught.value.mend
    assert caught.value.exit_code == 1


def test_one_file_for_streams_and_store_is_rejected_however_it_is_spelled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WIREWATCH_STREAMS_URL", "sqlite:///one.db")
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/./one.db")
    with pytest.raises(SettingsError, match="name the same file"):
        load_settings()


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///from-file.db\n")
    (tmp_path / ".env").write_text("WIREWATCH_DATABASE_URL=sqlite:///from-dotenv.db\n")
    monkeypatch.setenv("WIREWATCH_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert load_settings().database_url == "sqlite:///from-file.db"
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", "sqlite:///from-environment.db")
    assert load_settings().database_url == "sqlite:///from-environment.db"


def test_dotenv_can_name_the_file_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///from-file.db")
    (tmp_path / ".env").write_text("WIREWATCH_DATABASE_URL_FILE=url\n")
    assert load_settings().database_url == "sqlite:///from-file.db"


def test_any_secret_field_can_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("a secret of some length\n")
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN_FILE", str(tmp_path / "token"))
    assert secret(load_settings().web_token) == "a secret of some length"


def test_an_unreadable_file_of_a_secret_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WIREWATCH_DATABASE_URL_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="WIREWATCH_DATABASE_URL_FILE"):
        load_settings()


def test_a_dotenv_that_is_not_utf_8_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load_settings()


def test_a_bad_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", "sqlite:////x/hunter2.db")
    monkeypatch.setenv("WIREWATCH_STREAMS_URL", "sqlite:////x/hunter2.db")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_a_misspelled_variable_is_found_with_the_most_similar_one() -> None:
    environ = {
        "WIREWATCH_WEBPORT": "1",
        "WIREWATCH_WEB_PORT": "1",
        "WIREWATCH_DATABASE_URL_FILE": "x",
        "WIREWATCH_TEST_KAFKA": "x",
        "WIREWATCH_QQQQQQQQ": "x",
        "PATH": "x",
    }
    assert unknown_settings(environ) == {
        "WIREWATCH_WEBPORT": "WIREWATCH_WEB_PORT",
        "WIREWATCH_QQQQQQQQ": "",
    }


def test_a_misspelled_variable_of_dotenv_is_found_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WIREWATCH_WEB_PROT=1\nOTHER=2\n")
    assert unknown_settings({}) == {"WIREWATCH_WEB_PROT": "WIREWATCH_WEB_PORT"}


@pytest.mark.parametrize("security", ["sasl_plaintext", "sasl_ssl"])
def test_kafka_with_sasl_requires_a_user_name_and_a_password(
    security: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WIREWATCH_KAFKA_SECURITY", security)
    monkeypatch.setenv("WIREWATCH_KAFKA_USERNAME", "desk")
    with pytest.raises(SettingsError, match="WIREWATCH_KAFKA_PASSWORD"):
        load_settings()
    (tmp_path / "password").write_text("correct horse\n")
    monkeypatch.setenv("WIREWATCH_KAFKA_PASSWORD_FILE", str(tmp_path / "password"))
    settings = load_settings()
    assert secret(settings.kafka_password) == "correct horse"
    assert "correct horse" not in repr(settings)
    assert mask("refused: correct horse") == "refused: ***"


def test_more_replicas_in_sync_than_there_are_is_refused_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WIREWATCH_STREAMS_REPLICATION", "3")
    monkeypatch.setenv("WIREWATCH_STREAMS_MIN_INSYNC", "3")
    assert load_settings().streams_min_insync == 3
    monkeypatch.setenv("WIREWATCH_STREAMS_MIN_INSYNC", "4")
    with pytest.raises(SettingsError, match=r"has 3 replicas.*set it one lower"):
        load_settings()


@pytest.mark.parametrize("slot", ["a b", "ü", "x" * 81, "a/b"])
def test_a_slot_must_be_valid_in_a_kafka_id(slot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SLOT", slot)
    with pytest.raises(SettingsError, match="WIREWATCH_SLOT"):
        load_settings()


def test_no_default_is_masked() -> None:
    load_settings()
    assert mask("http://127.0.0.1:8080") == "http://127.0.0.1:8080"


def test_the_file_of_a_single_field_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("sqlite:///x.db\n")
    monkeypatch.setenv("WIREWATCH_DATABASE_URL_FILE", str(tmp_path / "url"))
    source = SecretFiles(Settings)
    field = Settings.model_fields["database_url"]
    assert source.get_field_value(field, "database_url") == (
        "sqlite:///x.db",
        "database_url",
        False,
    )


@pytest.mark.parametrize(
    ("url", "is_usable"),
    [
        ("", True),
        ("https://wire.example.org", True),
        ("http://192.0.2.7:8080/wire/", True),
        ("wire.example.org", False),
        ("ftp://wire.example.org", False),
        ("https:///wire", False),
        ("https://wire.example.org/?a=b", False),
        ("https://wire.example.org/#a", False),
        ("https://user:secret@wire.example.org/", False),
        ("https://wire.example.org:99999/", False),
    ],
)
def test_the_public_url_is_a_web_address_without_a_query(
    monkeypatch: pytest.MonkeyPatch, url: str, is_usable: bool
) -> None:
    monkeypatch.setenv("WIREWATCH_PUBLIC_URL", url)
    if is_usable:
        assert load_settings().public_url == url
        return
    with pytest.raises(SettingsError, match="WIREWATCH_PUBLIC_URL"):
        load_settings()
