"""Settings: ``WIREWATCH_*`` environment variables, ``.env``, and ``*_FILE`` for secrets.

Every field has a type, a default and one sentence; docs/settings.md is generated from them.
Precedence: environment, then the file named by ``<NAME>_FILE`` (secrets only), then ``.env`` in
the working directory. A variable that is set to nothing is not set.

::

    environment ─▶ *_FILE ─▶ .env ─▶ default ──▶ Settings, or SettingsError naming each bad value
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import secrets
from config.errors import SettingsError
from config.settings.sources import (
    ENV_FILE,
    MAY_HOLD_A_SECRET,
    PREFIX,
    SecretFiles,
    env_file,
    environment_name,
    is_secret,
)
from config.settings.types import (
    Duration,
    OwnPath,
    Seconds,
    ip_or_localhost,
    is_loopback,
    long_enough,
)


class Settings(BaseSettings):
    """All settings of the program."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Files of secrets come between the environment and ``.env``."""
        del file_secret_settings
        return (init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings)

    config_dir: OwnPath = Field(
        default=Path(__file__).parents[1],
        description="Folder of sources.yaml, topics/, entities/ and alerts.yaml.",
    )
    data_dir: OwnPath = Field(
        default=Path("data"),
        description="Folder for the databases and lock files; created when missing.",
    )
    streams_url: str = Field(
        default="",
        description="Stream engine: sqlite:///FILE or kafka://HOST:PORT,HOST:PORT; empty means "
        "streams.db in the data folder.",
    )
    streams_prefix: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-]+\.?)*$",
        description="Prefix of every stream name: `acme` makes acme.news.articles.v1.",
    )
    streams_partitions: int = Field(
        default=12, ge=1, le=1024, description="Partitions of articles, enriched and matches."
    )
    streams_retention: Duration = Field(
        default=timedelta(days=30), description="How long a record is kept (90s, 10m, 48h, 30d)."
    )
    streams_durability: Literal["full", "normal"] = Field(
        default="full",
        description="`full` survives a power cut; `normal` may lose the last commits to one.",
    )
    streams_max_record_bytes: int = Field(
        default=1_000_000, ge=1_000, description="Largest value a stream takes, in bytes."
    )
    streams_replication: int = Field(
        default=1, ge=1, le=100, description="Copies of each stream on Kafka's brokers."
    )
    streams_compression: Literal["zstd", "lz4", "gzip", "none"] = Field(
        default="zstd", description="How records are packed on their way to Kafka."
    )

    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        default="plaintext",
        description="How to speak to Kafka: with TLS (ssl) and with a password (sasl) or without.",
    )
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        default="SCRAM-SHA-512", description="How the password is proven to Kafka."
    )
    kafka_username: str = Field(default="", description="Name for Kafka; goes with a password.")
    kafka_password: SecretStr = Field(
        default=SecretStr(""), description="Password for Kafka (sasl_plaintext, sasl_ssl)."
    )
    kafka_ca_file: OwnPath | None = Field(
        default=None,
        description="PEM file of the authority that signed the brokers' certificates; empty means "
        "the system's.",
    )
    kafka_cert_file: OwnPath | None = Field(
        default=None, description="PEM file of our own certificate, where Kafka asks for one."
    )
    kafka_key_file: OwnPath | None = Field(
        default=None, description="PEM file of its key, where it is not in the same file."
    )
    kafka_key_password: SecretStr = Field(
        default=SecretStr(""), description="Password of that key."
    )

    slot: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._-]{0,80}$",
        description="Name of this process among those that share the work, the same after every "
        "restart; empty means the host's name. The number of the child is added.",
    )
    processes: int = Field(
        default=1, ge=1, le=64, description="Child processes of `run`; the console is in the first."
    )

    database_url: str = Field(
        default="",
        json_schema_extra=MAY_HOLD_A_SECRET,
        description="Store: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE; empty "
        "means store.db in the data folder.",
    )

    web_host: Annotated[str, AfterValidator(ip_or_localhost)] = Field(
        default="127.0.0.1",
        description="Address the console listens on; any but loopback needs WIREWATCH_WEB_TOKEN.",
    )
    web_port: int = Field(
        default=8080, ge=0, le=65535, description="Port of the console; 0 picks a free one."
    )

    web_token: Annotated[SecretStr, AfterValidator(long_enough)] = Field(
        default=SecretStr(""),
        description="What the console's users and the API's clients must know; empty: nothing.",
    )
    web_hosts: str = Field(
        default="",
        description="Names the console goes by besides its address: `desk.example.org,wire`.",
    )
    web_trust_proxy: bool = Field(
        default=False,
        description="Believe X-Forwarded-Proto and X-Forwarded-For: all requests come by a proxy.",
    )

    log_format: Literal["console", "json"] = Field(
        default="console", description="Log lines for people (console) or machines (json)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )

    http_contact: str = Field(
        default="",
        description="Contact of the operator, sent in the User-Agent: a URL or an e-mail address.",
    )
    http_allow_private: bool = Field(
        default=False,
        description="Allow feeds and pages on private addresses and on ports other than 80, 443.",
    )
    http_connect_timeout: Seconds = Field(default=5.0, description="Seconds to connect.")
    http_first_byte_timeout: Seconds = Field(
        default=10.0, description="Longest silence of a server while it answers, in seconds."
    )
    http_total_timeout: Seconds = Field(
        default=30.0, description="Seconds for one whole answer, redirects included."
    )
    http_max_feed_bytes: int = Field(
        default=10_485_760, ge=1_000, description="Largest feed after decompression, in bytes."
    )
    http_max_page_bytes: int = Field(
        default=10_485_760, ge=1_000, description="Largest page after decompression, in bytes."
    )
    http_host_pause: float = Field(
        default=2.0,
        ge=0,
        description="Seconds between the end of one request to a publisher's host and the next.",
    )
    http_private_host_pause: float = Field(
        default=0.05,
        ge=0,
        description="The same for loopback and private addresses: the operator's own servers.",
    )
    http_concurrency: int = Field(
        default=20, ge=1, le=500, description="Requests in flight at once, all hosts together."
    )

    fetch_max_entries: int = Field(
        default=1000, ge=1, description="Entries taken of one feed answer; the rest are counted."
    )
    fetch_live_gap: Duration = Field(
        default=timedelta(hours=48),
        description="A feed unread for longer is read like the first time.",
    )
    fetch_first_live: Duration = Field(
        default=timedelta(hours=6),
        description="On a first read, entries published within this time are live.",
    )
    fetch_page_attempts: int = Field(
        default=4, ge=1, le=20, description="Attempts at a page before the feed's own text stays."
    )

    extract_workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Extraction processes; 0 means one per core, shared by the processes of `run`.",
    )
    extract_timeout: Seconds = Field(
        default=20.0, description="Seconds one page may take to extract."
    )

    processors_batch: int = Field(
        default=100, ge=1, le=10_000, description="Articles per processors transaction."
    )
    languages: str = Field(
        default="de,en,fr,ru,uk",
        description="Languages an article may be told to be in, as two-letter codes.",
    )

    story_window: Duration = Field(
        default=timedelta(hours=72), description="Articles further apart are different stories."
    )
    delivery_timeout: Seconds = Field(
        default=10.0, description="Seconds one delivery attempt may take."
    )
    delivery_give_up: Duration = Field(
        default=timedelta(hours=6), description="A delivery undone for so long has failed."
    )

    @model_validator(mode="after")
    def _one_file_each(self) -> Settings:
        if _same_file(self.streams_location, self.database_location):
            raise ValueError(
                "WIREWATCH_STREAMS_URL and WIREWATCH_DATABASE_URL name one file; give each its own"
            )
        return self

    @model_validator(mode="after")
    def _name_with_password(self) -> Settings:
        if self.kafka_security.startswith("sasl") and not (
            self.kafka_username and self.kafka_password.get_secret_value()
        ):
            raise ValueError(
                f"WIREWATCH_KAFKA_SECURITY is {self.kafka_security}: set WIREWATCH_KAFKA_USERNAME"
                " and WIREWATCH_KAFKA_PASSWORD"
            )
        return self

    @model_validator(mode="after")
    def _token_off_loopback(self) -> Settings:
        """Whoever reaches the console sees everything."""
        if not (is_loopback(self.web_host) or self.web_token.get_secret_value()):
            raise ValueError(
                f"WIREWATCH_WEB_HOST is {self.web_host}, which others reach: set"
                " WIREWATCH_WEB_TOKEN to a secret of 16 characters or more, or listen on 127.0.0.1"
            )
        return self

    @property
    def web_names(self) -> tuple[str, ...]:
        """Names the console may be called by."""
        own = f"[{self.web_host}]" if ":" in self.web_host else self.web_host
        more = (name.strip() for name in self.web_hosts.split(","))
        return tuple(filter(None, ("127.0.0.1", "localhost", "[::1]", own, *more)))

    @property
    def web_everywhere(self) -> bool:
        """Whether the console listens on all addresses of this machine."""
        return self.web_host != "localhost" and ip_address(self.web_host).is_unspecified

    @property
    def streams_location(self) -> str:
        """The stream engine's URL with the default filled in."""
        return self.streams_url or f"sqlite:///{self.data_dir / 'streams.db'}"

    @property
    def database_location(self) -> str:
        """The store's URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'store.db'}"

    @property
    def language_codes(self) -> tuple[str, ...]:
        """The configured languages, in order, once each."""
        return tuple(dict.fromkeys(c.strip() for c in self.languages.split(",") if c.strip()))


def load_settings() -> Settings:
    """Read the settings from the environment, files of secrets and ``.env``.

    Raises:
        SettingsError: A value cannot be used; every such value is named.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(
            " ".join(_sentence(e) for e in error.errors()),
            mend="Mend the environment or .env; docs/settings.md lists every setting.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        mend = "Make it a UTF-8 text file this program may read."
        raise SettingsError(f"{ENV_FILE} cannot be read: {error}.", mend=mend) from None
    for name in type(settings).model_fields:
        if isinstance(value := getattr(settings, name), SecretStr):
            secrets.remember(value.get_secret_value())
    return settings


def unknown_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """``WIREWATCH_*`` variables that set nothing, each with the nearest that would (or "").

    Those of ``.env`` too. Variables of the tests (``WIREWATCH_TEST_*``) are left out.
    """
    known = {environment_name(name) for name in Settings.model_fields}
    known |= {
        f"{environment_name(n)}_FILE" for n, f in Settings.model_fields.items() if is_secret(f)
    }
    strange = (
        name
        for name in sorted({*environ, *env_file()})
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_") and name not in known
    )
    return {name: _nearest(name, known) for name in strange}


def _nearest(name: str, known: set[str]) -> str:
    """The prefix they all share makes nothing alike."""
    bare = [variable.removeprefix(PREFIX) for variable in sorted(known)]
    found = get_close_matches(name.removeprefix(PREFIX), bare, n=1)
    return PREFIX + found[0] if found else ""


def _same_file(a: str, b: str) -> bool:
    """Whether two SQLite URLs mean one file, however it is spelled."""
    scheme = "sqlite:///"
    if not (a.startswith(scheme) and b.startswith(scheme)):
        return a == b
    return os.path.realpath(a.removeprefix(scheme)) == os.path.realpath(b.removeprefix(scheme))


_EXPECTED: Final = {
    "bool_parsing": "it should be true or false",
    "float_parsing": "it should be a number",
    "int_parsing": "it should be a whole number",
    "time_delta_parsing": "it should be a duration like 90s, 10m, 48h or 30d",
}


def _sentence(error: ErrorDetails) -> str:
    """``WIREWATCH_WEB_PORT is `abc`: it should be a whole number.``; a secret is not shown."""
    said = error["msg"].removeprefix("Value error, ").replace("Input should", "it should", 1)
    said = _EXPECTED.get(error["type"], said).rstrip(".")
    if not error["loc"]:
        return f"{said}."
    name = str(error["loc"][0])
    hidden = is_secret(Settings.model_fields[name])
    given = "" if hidden else f" is `{' '.join(str(error['input']).split())[:80]}`"
    return f"{environment_name(name)}{given}: {said}."


def secret(value: SecretStr) -> str:
    """The plain text of a secret, named so that every use can be found."""
    return value.get_secret_value()
