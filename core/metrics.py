"""Prometheus metrics. Labels come from bounded sets: never a URL, a title or a message."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TypeVar

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # half as many samples; a counter's reset is seen without them

BUILD = Info("wirewatch_build", "Version of the program and of Python.")
BUILD.info({"version": version("wirewatch"), "python": platform.python_version()})

FEED_POLLS = Counter("wirewatch_feed_polls", "Polls of feeds.", ["outcome"])
WEBSUB_PUSHES = Counter(
    "wirewatch_websub_pushes",
    "Requests of hubs that say that a feed has news: accepted, ignored (unsigned, repeated, "
    "unconfirmed), or to an unknown callback.",
    ["outcome"],
)
PAGES = Counter("wirewatch_pages", "Article pages requested.", ["outcome"])
ITEMS = Counter(
    "wirewatch_items",
    "Items by disposition, counted once per stage.",
    ["stage", "disposition"],
)
EXTRACT_SECONDS = Histogram("wirewatch_extract_seconds", "Wall time to extract one page.")
PARSE_FAILURES = Counter(
    "wirewatch_parse_failures",
    "Documents that were not parsed, by the limit they exceeded (cpu, time, memory, size), or as "
    "crash, busy or unavailable.",
    ["pool", "failure"],
)
STAGE_SECONDS = Histogram("wirewatch_stage_seconds", "Wall time of one batch.", ["stage"])
LOOP_DELAY_SECONDS = Histogram(
    "wirewatch_loop_delay_seconds",
    "How late each turn of a loop was, beyond what it waits on purpose.",
    ["loop"],
    buckets=(0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300),
)
LOOP_LATE_SECONDS = Gauge(
    "wirewatch_loop_late_seconds", "How late the next turn of a loop is at this moment.", ["loop"]
)
LOOP_STALLS = Counter(
    "wirewatch_loop_stalls", "Times that a loop was late by more than ten seconds.", ["loop"]
)
DELIVERIES = Counter(
    "wirewatch_deliveries", "Delivery attempts.", ["receiver", "receiver_kind", "outcome"]
)
UNDELIVERED = Gauge(
    "wirewatch_undelivered",
    "Messages that are neither delivered nor given up: due, held by the plan until later, or "
    "pending, as other articles of the story may follow.",
    ["receiver", "state"],
)
UNDELIVERED_AGE = Gauge(
    "wirewatch_undelivered_age_seconds",
    "How long ago the first attempt of the oldest undelivered message was due.",
    ["receiver"],
)
PAGES_DUE = Gauge("wirewatch_pages_due", "Article pages that are due to be read.")
PAGES_DUE_AGE = Gauge(
    "wirewatch_pages_due_age_seconds", "How long the page that has waited longest has been due."
)
TARGETS_BROKEN = Gauge(
    "wirewatch_targets_broken", "Targets of receivers that are broken; their messages wait."
)
MATCHES_TODAY = Gauge(
    "wirewatch_matches_today",
    "Matches of live topics decided since midnight UTC, by how they ended: told, joined, held or "
    "suppressed; the ends add up to the matches.",
    ["topic", "end"],
)
SUPPRESSED_TODAY = Gauge(
    "wirewatch_matches_suppressed_today",
    "Matches of live topics suppressed since midnight UTC, by reason code.",
    ["reason"],
)
CANARY_MISSING = Gauge("wirewatch_canary_missing", "Targets that have got no canary for two hours.")
CANARY_ARRIVED = Gauge(
    "wirewatch_canary_last_success_timestamp_seconds",
    "When a canary last arrived; of a receiver with several targets, at one of them.",
    ["receiver"],
)
OUTBOX_PENDING = Gauge(
    "wirewatch_outbox_pending", "Records in the outbox that wait for the streams."
)
OUTBOX_AGE = Gauge(
    "wirewatch_outbox_age_seconds", "Age of the oldest record that waits for the streams."
)
OUTBOX_REFUSED = Gauge(
    "wirewatch_outbox_refused",
    "Records in the outbox that no stream accepts; the log has the reason.",
)
ROWS_FORGOTTEN = Counter(
    "wirewatch_rows_forgotten",
    "Rows that the nightly job has deleted from the store, by retention rule, and articles of the "
    "archive.",
    ["rule"],
)
LAG_RECORDS = Gauge("wirewatch_lag_records", "Unread records.", ["group"])
LAG_SECONDS = Gauge("wirewatch_lag_seconds", "Age of the oldest unread record.", ["group"])
DEAD_LETTERS = Counter("wirewatch_dead_letters", "Records set aside as dead letters.", ["stage"])
CONFIG_OK = Gauge(
    "wirewatch_config_last_reload_ok", "1 if the newest configuration files are in use."
)
CONFIG_HELD = Gauge(
    "wirewatch_config_files_held",
    "Operator files with an error, by what they contain and what is in force of them: last_good or "
    "off.",
    ["kind", "in_force"],
)
TOPIC_TESTS_FAILED = Gauge(
    "wirewatch_topic_tests_failed",
    "Tests of topics and concepts that fail with the newest operator files.",
)
FEEDS = Gauge("wirewatch_feeds", "Feeds by state.", ["state"])
LAST_SUCCESS = Gauge(
    "wirewatch_feeds_last_success_timestamp_seconds", "When a feed was last read successfully."
)
STORAGE_BYTES = Gauge(
    "wirewatch_storage_bytes",
    "Size on disk of the store, the archive and, where they are in a file, the streams.",
    ["part"],
)
DISK_FREE = Gauge("wirewatch_disk_free_bytes", "Free space on the disk of the data folder.")
DISK_SIZE = Gauge("wirewatch_disk_size_bytes", "Size of the disk of the data folder.")
LATENCY_SECONDS = Gauge(
    "wirewatch_latency_seconds",
    "Percentiles of the time between two points of an article's way, over the last 24 hours.",
    ["outlet", "segment", "percentile"],
)
LATENCY_ARTICLES = Gauge(
    "wirewatch_latency_articles",
    "Articles that the percentiles of wirewatch_latency_seconds are made of.",
    ["outlet", "segment"],
)
END_TO_END = Histogram(
    "wirewatch_end_to_end_seconds",
    "Time from one point of an article's way to another.",
    ["segment"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200),
)
CONSOLE_REFUSED = Counter(
    "wirewatch_console_refused",
    "Connections, requests and trials that were one too many, by what there was too much of.",
    ["limit"],
)
CONSOLE_CUT = Counter(
    "wirewatch_console_cut",
    "Connections that were cut because the client was too slow or sent too much, by phase.",
    ["phase"],
)

SHARED = frozenset(
    {
        "wirewatch_canary_last_success_timestamp_seconds",
        "wirewatch_canary_missing",
        "wirewatch_disk_free_bytes",
        "wirewatch_disk_size_bytes",
        "wirewatch_feeds",
        "wirewatch_feeds_last_success_timestamp_seconds",
        "wirewatch_lag_records",
        "wirewatch_lag_seconds",
        "wirewatch_latency_articles",
        "wirewatch_latency_seconds",
        "wirewatch_matches_suppressed_today",
        "wirewatch_matches_today",
        "wirewatch_outbox_age_seconds",
        "wirewatch_outbox_pending",
        "wirewatch_outbox_refused",
        "wirewatch_pages_due",
        "wirewatch_pages_due_age_seconds",
        "wirewatch_storage_bytes",
        "wirewatch_targets_broken",
        "wirewatch_undelivered",
        "wirewatch_undelivered_age_seconds",
    }
)
"""Gauges of what is in the store and in the streams: every process would report the same. On
``/metrics`` they come from the process that answers; all other metrics have the label ``slot``."""


Labels = TypeVar("Labels", bound=tuple[str, ...])


def set_values(
    gauge: Gauge, values: Mapping[Labels, float], *, default: float | None = None
) -> None:
    """Set a gauge for these labels, and no others.

    Args:
        gauge: The gauge.
        values: Its values by the values of its labels.
        default: What labels get that the gauge had before and that have no value now; without it
            they are removed.
    """
    [family] = gauge.collect()
    before: set[tuple[str, ...]] = {tuple(sample.labels.values()) for sample in family.samples}
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
    for old in before.difference(values):
        if default is None:
            gauge.remove(*old)
        else:
            gauge.labels(*old).set(default)
