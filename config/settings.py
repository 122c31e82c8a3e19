"""Settings: ``WIREWATCH_*`` environment variables, ``.env``, and ``*_FILE`` for secrets.

Every field has a type, a default and one sentence; docs/settings.md is generated from them.
Precedence: environment, then the file named by ``<NAME>_FILE`` (secrets only), then ``.env``.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.errors import SettingsError

PREFIX = "WIREWATCH_"

Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """All settings of the program."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    config_dir: Path = Field(
        default=Path(__file__).parent,
        description="Folder of sources.yaml, topics/, entities/ and alerts.yaml.",
    )
    data_dir: Path = Field(
        default=Path("data"),
        description="Folder for the databases and lock files; created when missing.",
    )
    streams_url: str = Field(
        default="",
        description="Stream engine: sqlite:///FILE; empty means streams.db in the data folder.",
    )
    streams_prefix: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-]+\.?)*$",
        description="Prefix of every stream name: `acme` makes acme.news.articles.v1.",
    )
    streams_partitions: int = Field(
        default=12, ge=1, le=1024, description="Partitions of articles, enriched and matches."
    )
    streams_retention: timedelta = Field(
        default=timedelta(days=30), description="How long a record is kept (ISO 8601 or seconds)."
    )
    streams_durability: Literal["full", "normal"] = Field(
        default="full",
        description="`full` survives a power cut; `normal` may lose the last commits to one.",
    )
    streams_max_record_bytes: int = Field(
        default=1_000_000, ge=1_000, description="Largest value a stream takes, in bytes."
    )
    database_url: str = Field(
        default="",
        description="Store: sqlite:///FILE; empty means store.db in the data folder.",
    )

    web_host: str = Field(
        default="127.0.0.1", description="Address the console listens on; loopback only for now."
    )
    web_port: int = Field(
        default=8080, ge=0, le=65535, description="Port of the console; 0 picks a free one."
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
    fetch_live_gap: timedelta = Field(
        default=timedelta(hours=48),
        description="A feed unread for longer is read like the first time.",
    )
    fetch_first_live: timedelta = Field(
        default=timedelta(hours=6),
        description="On a first read, entries published within this time are live.",
    )
    fetch_page_attempts: int = Field(
        default=4, ge=1, le=20, description="Attempts at a page before the feed's own text stays."
    )

    extract_workers: int = Field(
        default=0, ge=0, le=64, description="Extraction processes; 0 means one per core."
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

    story_window: timedelta = Field(
        default=timedelta(hours=72), description="Articles further apart are different stories."
    )
    delivery_timeout: Seconds = Field(
        default=10.0, description="Seconds one delivery attempt may take."
    )
    delivery_give_up: timedelta = Field(
        default=timedelta(hours=6), description="A delivery undone for so long has failed."
    )

    @model_validator(mode="after")
    def _one_file_each(self) -> Settings:
        if self.streams_location == self.database_location:
            raise ValueError(
                "WIREWATCH_STREAMS_URL and WIREWATCH_DATABASE_URL name one file; give each its own"
            )
        return self

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
    """Read the settings from the environment and ``.env``.

    Raises:
        SettingsError: A value cannot be used; every such value is named.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_sentence(e["loc"], e["msg"]) for e in error.errors()),
            mend="Mend the environment or .env; docs/settings.md lists every setting.",
        ) from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(location[0]).upper() + ": " if location else ""
    return name + message.removeprefix("Value error, ")


def secret(value: SecretStr) -> str:
    """The plain text of a secret, named so that every use can be found."""
    return value.get_secret_value()
