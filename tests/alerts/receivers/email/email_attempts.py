"""One attempt of the e-mail receiver, and what came of it."""

from __future__ import annotations

import asyncio
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.email import EmailReceiver
from config.catalog.models import ReceiverDefinition
from config.errors import DeliveryError
from core.http import HttpClient
from tests.alerts.receivers.notification_bodies import body
from tests.alerts.harness import NOON, PLACE, AlertsHarness

PATIENCE = 20.0


def mail(url: str, *to: str, **options: Any) -> ReceiverDefinition:
    given = {"smtp": url, "from": "alerts@example.org", "to": to or ("desk@example.org",)}
    return ReceiverDefinition("mail", "email", given | options, {}, PLACE)


def send(
    definition: ReceiverDefinition, *, limit: float = PATIENCE, **changes: Any
) -> Receipt | DeliveryError:
    """One attempt at the first target."""
    assert EmailReceiver.faults(definition) == []
    values: dict[str, Any] = {
        "id": "1" * 32,
        "receiver": definition.id,
        "target": EmailReceiver.targets(definition)[0],
        "kind": "new_story",
        "body": body().model_dump_json().encode(),
        "attempt": 1,
        "possible_repeat": False,
        "created_at": NOON,
    }

    async def attempt() -> Receipt | DeliveryError:
        tools = ReceiverTools(http, lambda: NOON, limit)
        try:
            return await EmailReceiver.open(definition, tools).notify(
                DeliveryAttempt(**values | changes)
            )
        except DeliveryError as error:
            return error

    http: HttpClient = None  # type: ignore[assignment]  # mail needs none
    return asyncio.run(attempt())


def refused(*args: Any, **changes: Any) -> DeliveryError:
    outcome = send(*args, **changes)
    assert isinstance(outcome, DeliveryError)
    return outcome


def patient(harness: AlertsHarness) -> AlertsHarness:
    harness.settings = harness.settings.model_copy(update={"delivery_timeout": PATIENCE})
    return harness
