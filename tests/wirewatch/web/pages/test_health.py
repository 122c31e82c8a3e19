"""The health check."""

from __future__ import annotations

from tests.support.console import Console


def test_the_health_check_and_every_page_name_the_stage_that_stopped(console: Console) -> None:
    console.ill.append("relay: The store is <away>.")
    status, body = console.request("/healthz")
    assert (status, '"relay: The store is <away>."' in body) == (503, True)
    page = console.page("/")
    assert "restarted shortly: <span>relay: The store is &lt;away&gt;.</span>" in page


def test_the_health_check_names_a_store_that_does_not_answer(console: Console) -> None:
    with console.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE alerts")
    status, body = console.request("/healthz")
    assert (status, '"status":"ill"' in body) == (503, True)
