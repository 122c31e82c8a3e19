"""``wirewatch alerts resend``: what is selected, and what is printed about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.store import Store, deliveries
from tests.support.cli_installation import CliInstallation

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def with_deliveries(own_installation: CliInstallation) -> CliInstallation:
    """An installation with a delivery that failed, one that waits and one that arrived."""
    store = Store.open(f"sqlite:///{own_installation.data}/store.db")
    with store.write() as connection:
        for number, state in enumerate(("failed", "pending", "delivered")):
            id_ = str(number) * 32
            note = deliveries.Notification(id_, "a" * 32, "desk", "new_story", number, "{}", NOON)
            deliveries.add_notification(connection, note, [f"{state}.example"], due=NOON)
            row = deliveries.deliveries.update().where(
                deliveries.deliveries.c.notification_id == id_
            )
            connection.execute(row.values(state=state))
    store.close()
    return own_installation


def resend(installation: CliInstallation, *selection: str) -> list[tuple[str, str]]:
    rows = json.loads(installation.invoke("alerts", "resend", *selection, "--json"))
    return [(row["target"], row["result"]) for row in rows]


def test_what_failed_is_sent_again_once(with_deliveries: CliInstallation) -> None:
    assert resend(with_deliveries, "--failed") == [("failed.example", "requeued")]
    assert resend(with_deliveries, "--failed") == []
    out = with_deliveries.invoke("alerts", "resend", "--failed")
    assert out.strip() == "There is nothing to send again."


def test_everything_undelivered_of_a_receiver_or_target_is_sent_again(
    with_deliveries: CliInstallation,
) -> None:
    assert resend(with_deliveries, "--target", "pending.example") == [
        ("pending.example", "due_now")
    ]
    assert sorted(resend(with_deliveries, "--target", "desk")) == [
        ("failed.example", "requeued"),
        ("pending.example", "due_now"),
    ]


def test_ids_name_deliveries_or_notifications_and_the_result_is_said(
    with_deliveries: CliInstallation,
) -> None:
    assert sorted(resend(with_deliveries, "0" * 8, "2" * 32)) == [
        ("delivered.example", "already_delivered"),
        ("failed.example", "requeued"),
    ]
    out = with_deliveries.invoke("alerts", "resend", "2" * 32)
    assert "Not sent: the notification has been delivered." in out


@pytest.mark.parametrize("selection", [(), ("ffffffff",), ("12",), ("0" * 32, "f" * 32)])
def test_no_selection_and_an_unknown_id_are_wrong_usage(
    with_deliveries: CliInstallation, selection: tuple[str, ...]
) -> None:
    with_deliveries.invoke("alerts", "resend", *selection, code=2)
    assert resend(with_deliveries, "--failed") == [("failed.example", "requeued")]
