"""The health check."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.i18n import Phrase
from tests.support.console import Console, add_feeds


def test_the_health_check_and_every_page_name_the_stage_that_stopped(console: Console) -> None:
    reason = "The store is <away>."
    console.ill.append(Phrase("health.stage", stage="relay", reason=reason))
    status, body = console.request("/healthz")
    assert (status, '"relay: The store is <away>."' in body) == (503, True)
    page = console.page("/")
    assert "restarted shortly: <span>relay: The store is &lt;away&gt;.</span>" in page


def test_the_health_check_names_a_store_that_does_not_answer(console: Console) -> None:
    with console.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE alerts")
    status, body = console.request("/healthz")
    assert (status, '"status":"ill"' in body) == (503, True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Broken: the canary is missing, alerts may not arrive"),
        (
            "de",
            "Gestört: Die stündliche Kontrollmeldung fehlt, Meldungen kommen womöglich nicht an",
        ),
    ],
)
def test_the_health_check_and_every_page_name_a_canary_that_is_missing(
    console: Console, now: datetime, language: str, text: str
) -> None:
    add_feeds(console.store, console.catalog, now)
    console.language = language
    console.canary.append("canary: missing at desk (host) since 2026-11-22T10:00:00Z")
    status, body = console.request("/healthz")
    assert (status, "missing at desk (host)" in body) == (503, True)
    page = console.page("/")
    assert text in page
    assert "missing at desk (host)" in page
