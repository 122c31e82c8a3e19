"""The client's options, from the settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.errors import SettingsError
from config.settings import Settings
from core.streams.kafka.options import KafkaTimeouts, client_options, parse_addresses


@pytest.mark.parametrize(
    ("location", "addresses"),
    [
        ("a:1", ("a:1",)),
        ("a:9092, b.example:19092/", ("a:9092", "b.example:19092")),
        ("[::1]:9092", ("[::1]:9092",)),
    ],
)
def test_a_url_names_brokers(location: str, addresses: tuple[str, ...]) -> None:
    assert parse_addresses(location) == addresses


@pytest.mark.parametrize("location", ["", "/", ",", "a", "a:", ":9092", "a:b", "a:0", "a:70000"])
def test_a_url_that_names_no_broker_is_refused_with_what_to_write(location: str) -> None:
    with pytest.raises(SettingsError, match=r"broker.*kafka://HOST:PORT"):
        parse_addresses(location)


def test_a_url_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_addresses("me:hunter2@broker:9092")
    assert "hunter2" not in str(caught.value)


def test_a_password_is_passed_to_the_client_and_not_shown() -> None:
    settings = Settings(
        kafka_security="sasl_plaintext",
        kafka_sasl_mechanism="SCRAM-SHA-256",
        kafka_username="me",
        kafka_password=SecretStr("hunter2"),
    )
    options = client_options("a:1", settings, client_id="c")
    assert options.common["sasl_plain_password"] == "hunter2"
    assert options.common["sasl_mechanism"] == "SCRAM-SHA-256"
    assert options.common["security_protocol"] == "SASL_PLAINTEXT"
    assert "hunter2" not in repr(options)


def test_timeouts_and_compression_are_passed_to_the_client() -> None:
    settings = Settings(streams_compression="none")
    timeouts = KafkaTimeouts(request=1.5, opening=2)
    options = client_options("a:1", settings, client_id="c", timeouts=timeouts)
    assert options.compression is None
    assert options.common["request_timeout_ms"] == 1500
    assert options.common["bootstrap_timeout_ms"] == 2000
    assert client_options("a:1", Settings(), client_id="c").compression == "zstd"


@pytest.mark.parametrize("name", ["kafka_ca_file", "kafka_cert_file"])
def test_a_file_that_cannot_be_used_is_named(name: str, tmp_path: Path) -> None:
    file = tmp_path / "nonsense.pem"
    for content in (None, "nonsense"):
        if content:
            file.write_text(content)
        settings = Settings.model_validate({"kafka_security": "ssl", name: file})
        with pytest.raises(SettingsError, match=rf"WIREWATCH_{name.upper()} names .*nonsense.pem"):
            client_options("a:1", settings, client_id="c")


@pytest.mark.processes
@pytest.mark.parametrize("package", ["zstandard", "lz4", "crc32c"])
def test_09_a_missing_package_is_reported_at_the_start(package: str) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        f"sys.modules[{package!r}] = None\n"
        "from core.streams.kafka.options import check_libraries\n"
        "check_libraries()\n"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"not installed: {package}. `make install`" in done.stderr
