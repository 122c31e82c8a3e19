"""Prometheus metrics. Labels come from bounded sets: never a URL, a title or a message."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

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
DELIVERIES = Counter("wirewatch_deliveries", "Delivery attempts.", ["receiver_kind", "outcome"])
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
OUTBOX_REFUSED = Gauge(
    "wirewatch_outbox_refused",
    "Records in the outbox that no stream accepts; the log has the reason.",
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
        "wirewatch_feeds",
        "wirewatch_feeds_last_success_timestamp_seconds",
        "wirewatch_lag_records",
        "wirewatch_lag_seconds",
        "wirewatch_matches_suppressed_today",
        "wirewatch_matches_today",
        "wirewatch_targets_broken",
    }
)
"""Gauges of what is in the store and in the streams: every process would report the same. On
``/metrics`` they come from the process that answers; all other metrics have the label ``slot``."""
