"""Settings of Apache Kafka: replicas, encryption, authentication."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from config.settings.types import OwnPath


class KafkaSettings(BaseSettings):
    """What only streams on Apache Kafka have."""

    streams_replication: int = Field(
        default=1, ge=1, le=100, description="Replicas of each stream on Kafka's brokers."
    )
    streams_min_insync: int = Field(
        default=0,
        ge=0,
        le=100,
        description="Replicas that must have a record before Kafka acknowledges it "
        "(min.insync.replicas of each stream); 0: one less than all.",
    )
    streams_compression: Literal["zstd", "lz4", "gzip", "none"] = Field(
        default="zstd", description="Compression of records sent to Kafka."
    )

    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        default="plaintext",
        description="Connection to Kafka: with or without TLS (ssl) and a password (sasl).",
    )
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        default="SCRAM-SHA-512", description="SASL mechanism of the password."
    )
    kafka_username: str = Field(
        default="", description="User name for Kafka (sasl_plaintext, sasl_ssl)."
    )
    kafka_password: SecretStr = Field(
        default=SecretStr(""), description="Password for Kafka (sasl_plaintext, sasl_ssl)."
    )
    kafka_ca_file: OwnPath | None = Field(
        default=None,
        description="PEM file of the authority that signed the brokers' certificates; empty means "
        "the system's authorities.",
    )
    kafka_cert_file: OwnPath | None = Field(
        default=None, description="PEM file of the client certificate, if Kafka requires one."
    )
    kafka_key_file: OwnPath | None = Field(
        default=None,
        description="PEM file of the client certificate's key, if it is in another file.",
    )
    kafka_key_password: SecretStr = Field(
        default=SecretStr(""), description="Password of the client certificate's key."
    )

    @model_validator(mode="after")
    def _name_with_password(self) -> Self:
        if self.kafka_security.startswith("sasl") and not (
            self.kafka_username and self.kafka_password.get_secret_value()
        ):
            raise ValueError(
                f"WIREWATCH_KAFKA_SECURITY is {self.kafka_security}: set WIREWATCH_KAFKA_USERNAME"
                " and WIREWATCH_KAFKA_PASSWORD"
            )
        return self

    @model_validator(mode="after")
    def _no_more_in_sync_than_there_are(self) -> Self:
        if self.streams_min_insync > self.streams_replication:
            raise ValueError(
                f"WIREWATCH_STREAMS_MIN_INSYNC is {self.streams_min_insync}, but a stream has "
                f"{self.streams_replication} replicas (WIREWATCH_STREAMS_REPLICATION): nothing "
                "could be written; set it one lower than the replicas, so that a broker can be away"
            )
        return self
