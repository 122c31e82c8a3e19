"""TLS and passwords on a real broker: right settings connect, wrong ones are reported in time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from config.errors import SettingsError, StreamUnavailableError, WirewatchError
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import StreamLog
from scripts.kafka.broker import HOST
from tests.core.streams.kafka.faults import assert_copied_once, run_loop, within
from tests.core.streams.support import SPECS, numbered
from tests.support.kafka import Broker, Listener, running

pytestmark = pytest.mark.kafka

USER, PASSWORD = "wirewatch", "correct horse"
KEY_PASSWORD = "battery staple"
_LOGIN = "org.apache.kafka.common.security"
SASL = {
    "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN",
    "scram-sha-256.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;",
    "scram-sha-512.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;",
    "plain.sasl.jaas.config": f'{_LOGIN}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
}


@dataclass(frozen=True)
class Secured:
    """A broker with a listener of each kind, and the files that clients need."""

    broker: Broker
    ca: Path
    other_ca: Path
    certificate: Path
    encrypted_key: Path

    def url(self, listener: str) -> str:
        return f"kafka://{self.broker.address_of(listener)}"


def _pkcs8(pem: bytes, password: str = "") -> bytes:
    key = serialization.load_pem_private_key(pem, None)
    encryption = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def _tls(ca: trustme.CA) -> dict[str, str]:
    certificate = ca.issue_cert("127.0.0.1")
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": certificate.cert_chain_pems[0].bytes().decode(),
        "ssl.keystore.key": _pkcs8(certificate.private_key_pem.bytes()).decode(),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": ca.cert_pem.bytes().decode(),
    }


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("pem")
    ca, other = trustme.CA(), trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    other.cert_pem.write_to_path(folder / "other.pem")
    client = ca.issue_cert("wirewatch.example.org")
    client.cert_chain_pems[0].write_to_path(folder / "own.pem")
    (folder / "own.key").write_bytes(_pkcs8(client.private_key_pem.bytes(), KEY_PASSWORD))
    tls = _tls(ca)
    listeners = [
        Listener("SCRAM", "SASL_PLAINTEXT", properties=SASL),
        Listener("TLS", "SSL", properties=tls),
        Listener("BOTH", "SASL_SSL", properties=tls | SASL),
        Listener("MUTUAL", "SSL", properties=tls | {"ssl.client.auth": "required"}),
    ]
    with running(listeners=listeners, scram={USER: PASSWORD}) as broker:
        yield Secured(
            broker,
            ca=folder / "ca.pem",
            other_ca=folder / "other.pem",
            certificate=folder / "own.pem",
            encrypted_key=folder / "own.key",
        )


@contextmanager
def opened(settings: Settings) -> Iterator[StreamLog]:
    instance = Instance.start(settings.data_dir)
    try:
        log = open_streams(settings, instance=instance, clock=utc_now)
        yield log
        log.close()
    finally:
        instance.close()


def _assert_works(settings: Settings) -> None:
    """Every kind of client connects: admin, producers, consumers."""
    with opened(settings) as log:
        log.create(SPECS)
        log.append(numbered(5))
        run_loop(log, log.consumer("g", ["in"], slot="a"))
        assert_copied_once(log)


def _assert_refused(settings: Settings, error: type[WirewatchError], message: str) -> None:
    """The start fails in time, with a message that says what to do and shows no password."""
    with within(20), pytest.raises(error, match=message) as raised, opened(settings):
        raise AssertionError("it connected")
    assert raised.value.mend
    for secret in (settings.kafka_password, settings.kafka_key_password):
        assert (secret.get_secret_value() or PASSWORD) not in str(raised.value)


# Right settings


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_password_is_accepted(
    secured: Secured, tmp_path: Path, mechanism: str, encrypted: bool
) -> None:
    _assert_works(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("BOTH" if encrypted else "SCRAM"),
            streams_prefix=f"{mechanism.lower()}-{encrypted}",
            kafka_security="sasl_ssl" if encrypted else "sasl_plaintext",
            kafka_sasl_mechanism=mechanism,
            kafka_username=USER,
            kafka_password=SecretStr(PASSWORD),
            kafka_ca_file=secured.ca if encrypted else None,
        )
    )


def test_tls_with_a_private_authority_works(secured: Secured, tmp_path: Path) -> None:
    _assert_works(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("TLS"),
            streams_prefix="tls",
            kafka_security="ssl",
            kafka_ca_file=secured.ca,
        )
    )


def _mutual(secured: Secured, folder: Path, password: str) -> Settings:
    return Settings(
        data_dir=folder,
        streams_url=secured.url("MUTUAL"),
        streams_prefix="mutual",
        kafka_security="ssl",
        kafka_ca_file=secured.ca,
        kafka_cert_file=secured.certificate,
        kafka_key_file=secured.encrypted_key,
        kafka_key_password=SecretStr(password),
    )


def test_a_client_certificate_with_an_encrypted_key_works(secured: Secured, tmp_path: Path) -> None:
    _assert_works(_mutual(secured, tmp_path, KEY_PASSWORD))


# Wrong settings


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_wrong_password_is_reported_at_the_start(
    secured: Secured, tmp_path: Path, mechanism: str, encrypted: bool
) -> None:
    _assert_refused(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("BOTH" if encrypted else "SCRAM"),
            kafka_security="sasl_ssl" if encrypted else "sasl_plaintext",
            kafka_sasl_mechanism=mechanism,
            kafka_username=USER,
            kafka_password=SecretStr("wrong horse"),
            kafka_ca_file=secured.ca if encrypted else None,
        ),
        SettingsError,
        "rejects the user name or the password.*WIREWATCH_KAFKA_PASSWORD",
    )


def test_an_unknown_authority_is_reported_at_the_start(secured: Secured, tmp_path: Path) -> None:
    for ca in (secured.other_ca, None):
        _assert_refused(
            Settings(
                data_dir=tmp_path,
                streams_url=secured.url("TLS"),
                kafka_security="ssl",
                kafka_ca_file=ca,
            ),
            SettingsError,
            "certificate of 127.0.0.1 cannot be trusted.*WIREWATCH_KAFKA_CA_FILE",
        )


def test_a_certificate_for_another_host_is_reported_at_the_start(
    secured: Secured, tmp_path: Path
) -> None:
    _assert_refused(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("TLS").replace("127.0.0.1", "localhost"),
            kafka_security="ssl",
            kafka_ca_file=secured.ca,
        ),
        SettingsError,
        "certificate of localhost cannot be trusted.*localhost",
    )


def test_tls_to_a_listener_without_it_is_reported_at_the_start(
    secured: Secured, tmp_path: Path
) -> None:
    _assert_refused(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("PLAINTEXT"),
            kafka_security="ssl",
            kafka_ca_file=secured.ca,
        ),
        SettingsError,
        "127.0.0.1 does not accept TLS.*WIREWATCH_KAFKA_SECURITY",
    )


def test_a_password_for_a_listener_without_authentication_is_reported_at_the_start(
    secured: Secured, tmp_path: Path
) -> None:
    _assert_refused(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("PLAINTEXT"),
            kafka_security="sasl_plaintext",
            kafka_username=USER,
            kafka_password=SecretStr(PASSWORD),
        ),
        WirewatchError,
        "WIREWATCH_KAFKA",
    )


def test_a_missing_client_certificate_is_reported_at_the_start(
    secured: Secured, tmp_path: Path
) -> None:
    _assert_refused(
        Settings(
            data_dir=tmp_path,
            streams_url=secured.url("MUTUAL"),
            kafka_security="ssl",
            kafka_ca_file=secured.ca,
        ),
        WirewatchError,
        "WIREWATCH_KAFKA_CERT_FILE",
    )


def test_a_wrong_password_of_the_key_is_reported_at_the_start(
    secured: Secured, tmp_path: Path
) -> None:
    _assert_refused(
        _mutual(secured, tmp_path, "wrong staple"),
        SettingsError,
        "WIREWATCH_KAFKA_CERT_FILE names .*own.pem, which cannot be used.*KEY_PASSWORD",
    )


def test_a_broker_that_hangs_up_or_is_down_is_reported_when_the_time_is_over(
    secured: Secured, tmp_path: Path
) -> None:
    """All cases run at the same time, because each waits until its timeout."""
    bound = socket.socket()
    bound.bind((HOST, 0))  # not listening; keeps another broker from taking the port
    down = f"kafka://{HOST}:{bound.getsockname()[1]}"
    silent, refused = "wants TLS or a password .*KAFKA_SECURITY", "Connection refused.*STREAMS_URL"
    cases = [
        (secured.url("TLS"), "plaintext", silent),
        (secured.url("SCRAM"), "plaintext", silent),
        (secured.url("BOTH"), "sasl_plaintext", silent),
        (down, "ssl", refused),
        (down, "sasl_plaintext", refused),
    ]

    def connect(number: int) -> None:
        url, security, message = cases[number]
        settings = Settings(
            data_dir=tmp_path / str(number),
            streams_url=url,
            kafka_security=security,
            kafka_username=USER,
            kafka_password=SecretStr(PASSWORD),
        )
        _assert_refused(settings, StreamUnavailableError, message)

    with bound, ThreadPoolExecutor(len(cases)) as pool:
        assert list(pool.map(connect, range(len(cases)))) == [None] * len(cases)
