"""The settings that the Helm chart accepts, in the schema of its values.

::

    Settings ── without secrets and what the chart sets ──▶ ops/helm/wirewatch/values.schema.json

A name that is mistyped is thereby refused before anything is installed. A pod would only log it.
"""

from __future__ import annotations

import json
from pathlib import Path

from config.settings import Settings
from config.settings.sources import environment_name, is_secret

CHART = Path("ops/helm/wirewatch")
"""The chart's folder, relative to the project's root."""

SET_BY_THE_CHART = frozenset(
    environment_name(field)
    for field in (
        "config_dir", "data_dir", "extract_workers", "kafka_ca_file", "kafka_cert_file",
        "kafka_key_file", "metrics_listen", "processes", "slot", "streams_partitions",
        "streams_replication", "streams_url", "web_edit_files", "web_host", "web_hosts",
        "web_port", "web_process", "web_trusted_proxies",
    )
)  # fmt: skip
"""What the chart derives from other values, or what would break what it relies on."""


def chart_settings() -> list[str]:
    """Return the settings that an operator may set in the chart's values."""
    fields = Settings.model_fields.items()
    names = {environment_name(name) for name, field in fields if not is_secret(field)}
    return sorted(names - SET_BY_THE_CHART)


def values_schema(schema: str) -> str:
    """Return the schema of the chart's values with the settings that there are now.

    Args:
        schema: The text of the schema, whose other parts are written by hand.
    """
    body = json.loads(schema)
    body["definitions"]["settings"]["propertyNames"] = {"enum": chart_settings()}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
