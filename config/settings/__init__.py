"""Settings: ``WIREWATCH_*`` environment variables, ``.env``, and ``*_FILE`` for secrets.

Every field has a type, a default and a description; docs/settings.md is generated from them.
Precedence: environment, then the file that ``<NAME>_FILE`` names (secrets only), then ``.env`` in
the working directory. An empty variable counts as not set.

::

    environment ─▶ *_FILE ─▶ .env ─▶ default ──▶ Settings, or SettingsError naming each bad value
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.durations import parse_duration
from config.settings.kafka import KafkaSettings
from config.settings.metrics import MetricsSettings
from config.settings.proxy_identity import ProxyIdentitySettings
from config.settings.retention import RetentionSettings
from config.settings.sources import (
    ENV_FILE,
    MAY_HOLD_A_SECRET,
    PREFIX,
    SecretFiles,
    find_config_dir,
)
from config.settings.types import (
    Duration,
    OwnPath,
    Seconds,
    durations,
    ip_or_localhost,
    is_loopback,
    long_enough,
    networks,
    parse_networks,
    public_address,
    same_file,
    web_address,
)


class Settings(KafkaSettings, RetentionSettings, MetricsSettings, ProxyIdentitySettings):
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
        """Look up files with secrets after the environment and before ``.env``."""
        del file_secret_settings
        return (init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings)

    config_dir: OwnPath = Field(
        default_factory=find_config_dir,
        description="Folder with sources.yaml, topics/, entities/, vocabulary/ and alerts.yaml.",
    )
    data_dir: OwnPath = Field(
        default=Path("data"),
        description="Folder for the databases and lock files; created if missing.",
    )
    streams_url: str = Field(
        default="",
        description="Stream engine: sqlite:///FILE or kafka://HOST:PORT,HOST:PORT; empty means "
        "streams.db in the data folder.",
    )
    streams_prefix: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-]+\.?)*$",
        description="Prefix of every stream name: with `acme`, acme.news.articles.v1.",
    )
    streams_partitions: int = Field(
        default=12,
        ge=1,
        le=1024,
        description="Partitions of the streams articles, enriched and matches.",
    )
    streams_retention: Duration = Field(
        default=timedelta(days=30), description="How long records are kept (90s, 10m, 48h, 30d)."
    )
    streams_durability: Literal["full", "normal"] = Field(
        default="full",
        description="`full` survives a power failure; with `normal` it may lose the last commits.",
    )
    streams_max_record_bytes: int = Field(
        default=1_000_000, ge=1_000, description="Largest value of a record, in bytes."
    )

    slot: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._-]{0,80}$",
        description="Name of this installation among those that share the work; it must stay the "
        "same after a restart. Each process appends its number. Empty means the host's name.",
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of the stages that `run` starts, besides the console's.",
    )

    database_url: str = Field(
        default="",
        json_schema_extra=MAY_HOLD_A_SECRET,
        description="Store: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE, or several "
        "hosts (`a:5432,b:5432`); empty means store.db in the data folder.",
    )

    web_host: Annotated[str, AfterValidator(ip_or_localhost)] = Field(
        default="127.0.0.1",
        description="Address the console listens on; all but loopback need WIREWATCH_WEB_TOKEN.",
    )
    web_port: int = Field(
        default=8080, ge=0, le=65535, description="Port of the console; 0 picks a free one."
    )

    web_process: bool = Field(
        default=True,
        description="Serve the console from a process of its own; false: from one of the stages.",
    )
    web_token: Annotated[SecretStr, AfterValidator(long_enough)] = Field(
        default=SecretStr(""),
        description="Access token for the console and the API; empty: no token is required.",
    )
    web_hosts: str = Field(
        default="",
        description="Further host names of the console: `desk.example.org,wire`.",
    )
    web_edit_files: bool = Field(
        default=False,
        description="Let operators write topics and sources.yaml on the console; false: it shows "
        "changes to copy.",
    )
    web_trusted_proxies: Annotated[str, AfterValidator(networks)] = Field(
        default="",
        description="Proxies whose X-Forwarded-Proto, -For and -Prefix are trusted, as addresses "
        "or networks: `127.0.0.1,10.0.0.0/8`.",
    )
    public_url: Annotated[str, AfterValidator(public_address)] = Field(
        default="",
        description="URL under which hubs of feeds (WebSub) reach the console's `/websub/`, such "
        "as `https://wire.example.org`; empty: no subscriptions, feeds are polled only.",
    )

    heartbeat_url: Annotated[SecretStr, AfterValidator(web_address)] = Field(
        default=SecretStr(""),
        description="URL of an outside monitor, which gets a POST every minute while health is "
        "good; empty: none.",
    )

    log_format: Literal["console", "json"] = Field(
        default="console",
        description="Format of log lines: for people (console) or programs (json).",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe level of log lines that are written."
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
        default=10.0, description="Seconds a server may send nothing while it answers."
    )
    http_total_timeout: Seconds = Field(
        default=30.0, description="Seconds for one complete answer, including redirects."
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
    http_bridges: str = Field(
        default="",
        description="Hosts that pass on the feeds of others, such as `rsshub.example.org`: a "
        "pause that one asks for applies to the URL alone.",
    )
    http_private_host_pause: float = Field(
        default=0.05,
        ge=0,
        description="The same for loopback and private addresses, the operator's own servers.",
    )
    http_concurrency: int = Field(
        default=20,
        ge=1,
        le=500,
        description="Most requests at the same time, all hosts together; feeds take three quarters "
        "at most, pages too; pages, pages read again and hubs get an eighth each.",
    )

    fetch_max_entries: int = Field(
        default=1000,
        ge=1,
        description="Entries read from one answer of a feed; the rest are counted.",
    )
    fetch_live_gap: Duration = Field(
        default=timedelta(hours=48),
        description="A feed that was not read for longer is read as if for the first time.",
    )
    fetch_first_live: Duration = Field(
        default=timedelta(hours=6),
        description="On a first read, entries published within this time count as live.",
    )
    fetch_page_attempts: int = Field(
        default=4,
        ge=1,
        le=20,
        description="Attempts to fetch a page before the feed's own text is used.",
    )

    reread_after: Annotated[str, AfterValidator(durations)] = Field(
        default="15m,1h,6h,24h",
        description="When the page of an article is read again after people were told of it, to "
        "notice what changed or vanished; empty: never.",
    )
    vanished_after: Duration = Field(
        default=timedelta(hours=1),
        description="A page that is not found has vanished if it is still not found after this "
        "time, while another page of the outlet is.",
    )

    extract_workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Processes that parse pages; 0 means one per core, shared by the processes of "
        "`run`. Feeds have as many, at least two.",
    )
    parse_cpu: Seconds = Field(
        default=2.0, description="Seconds of CPU time that parsing one feed or page may take."
    )
    parse_timeout: Seconds = Field(
        default=10.0, description="Seconds that parsing one feed or page may take."
    )
    parse_memory: int = Field(
        default=256,
        ge=100,
        description="Megabytes of memory that a process that parses may have.",
    )

    processors_batch: int = Field(
        default=100, ge=1, le=10_000, description="Articles per transaction of the processors."
    )
    languages: str = Field(
        default="de,en,fr,ru,uk",
        description="Languages that can be detected, as two-letter codes.",
    )

    story_window: Duration = Field(
        default=timedelta(hours=72),
        description="Articles that are further apart belong to different stories.",
    )
    delivery_timeout: Seconds = Field(
        default=10.0, description="Seconds that one delivery attempt may take."
    )
    delivery_give_up: Duration = Field(
        default=timedelta(hours=6),
        description="A delivery that does not succeed within this time has failed, "
        "unless its target is broken.",
    )

    @model_validator(mode="after")
    def _one_file_each(self) -> Settings:
        if same_file(self.streams_location, self.database_location):
            raise ValueError(
                "WIREWATCH_STREAMS_URL and WIREWATCH_DATABASE_URL name the same file; use two files"
            )
        return self

    @model_validator(mode="after")
    def _token_off_loopback(self) -> Settings:
        """Require a token where other machines can reach the console."""
        if not (is_loopback(self.web_host) or self.web_token.get_secret_value()):
            raise ValueError(
                f"WIREWATCH_WEB_HOST is {self.web_host}, which other machines can reach: set"
                " WIREWATCH_WEB_TOKEN to a secret of at least 16 characters, or listen on 127.0.0.1"
            )
        return self

    @property
    def web_names(self) -> tuple[str, ...]:
        """All host names of the console."""
        own = f"[{self.web_host}]" if ":" in self.web_host else self.web_host
        more = (name.strip() for name in self.web_hosts.split(","))
        return tuple(filter(None, ("127.0.0.1", "localhost", "[::1]", own, *more)))

    @property
    def web_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The trusted proxies."""
        return parse_networks(self.web_trusted_proxies)

    @property
    def web_everywhere(self) -> bool:
        """Whether the console listens on all addresses of this machine."""
        return self.web_host != "localhost" and ip_address(self.web_host).is_unspecified

    @property
    def streams_location(self) -> str:
        """The stream engine's URL, or its default."""
        return self.streams_url or f"sqlite:///{self.data_dir / 'streams.db'}"

    @property
    def database_location(self) -> str:
        """The store's URL, or its default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'store.db'}"

    @property
    def reread_times(self) -> tuple[timedelta, ...]:
        """When a page is read again, counted from the moment when people were told of it."""
        times = (parse_duration(part.strip()) for part in self.reread_after.split(","))
        return tuple(time for time in times if time is not None)

    @property
    def language_codes(self) -> tuple[str, ...]:
        """The configured languages in order, without repeats."""
        return tuple(dict.fromkeys(c.strip() for c in self.languages.split(",") if c.strip()))


def secret(value: SecretStr) -> str:
    """Return the plain text of a secret; search for this name to find every use of one."""
    return value.get_secret_value()
