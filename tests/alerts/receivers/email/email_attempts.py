"""Single attempts of the e-mail receiver."""

from __future__ import annotations

import asyncio
from typing import Any

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.email import EmailReceiver
from config.catalog.models import ReceiverDefinition
from config.errors import DeliveryError
from config.i18n import in_english
from core.http.client import HttpClient
from tests.alerts.harness import NOON, PLACE, Harness
from tests.alerts.receivers.notification_bodies import body

PATIENCE = 20.0


def mail(url: str, *to: str, **options: Any) -> ReceiverDefinition:
    required = {"smtp": url, "from": "alerts@example.org", "to": to or ("desk@example.org",)}
    return ReceiverDefinition("mail", "email", required | options, {}, PLACE)


def send(
    definition: ReceiverDefinition, *, limit: float = PATIENCE, **changes: Any
) -> Receipt | DeliveryError:
    """Make one attempt at the first target; return the receipt or the error."""
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


def accepted(*args: Any, **changes: Any) -> str:
    """Make one attempt that succeeds; return what the server answered."""
    result = send(*args, **changes)
    assert isinstance(result, Receipt)
    return in_english(result.reason)


def refused(*args: Any, **changes: Any) -> DeliveryError:
    """Make one attempt that fails."""
    result = send(*args, **changes)
    assert isinstance(result, DeliveryError)
    return result


def patient(harness: Harness) -> Harness:
    """Give attempts more time than a busy machine needs."""
    harness.settings = harness.settings.model_copy(update={"delivery_timeout": PATIENCE})
    return harness
