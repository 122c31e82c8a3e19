"""What the kinds that post a message to a chat have in common.

::

    DeliveryAttempt ──render()──▶ RenderedMessage ──send()──▶ one POST ──▶ Receipt

A kind declares its options and renders a message as its vendor's page describes it. Rendering is
pure, so ``wirewatch notify render`` shows what would be sent without sending it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar, Self

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.http import host_of, post, post_url
from alerts.receivers.options import Option, Options
from alerts.rendering.fit import RenderedMessage
from config.catalog.models import ReceiverDefinition
from config.faults import Fault
from config.i18n import Translator


def webhook_url(example: str) -> Option[str]:
    """Declare the option ``url`` of a kind whose vendor gives out a secret URL.

    Args:
        example: How such a URL looks.
    """
    return Option(
        "url",
        post_url,
        "Messages are posted to this URL, which the vendor's settings page shows.",
        f"Write url: {example}",
        required=True,
        secret=True,
    )


class ChatReceiver(ABC):
    """Posts each notification as one message to ``url``.

    Attributes:
        options: The options of the kind; ``language`` and ``time_zone`` are among them.
        url: The option with the URL.
    """

    options: ClassVar[Options]
    url: ClassVar[Option[str]]

    def __init__(self, definition: ReceiverDefinition, tools: ReceiverTools) -> None:
        self._definition = definition
        self._values = self.options.values(definition)
        self._tools = tools

    @classmethod
    def faults(cls, definition: ReceiverDefinition) -> list[Fault]:
        """Return what is wrong with the options."""
        return cls.options.faults(definition)

    @classmethod
    def targets(cls, definition: ReceiverDefinition) -> tuple[str, ...]:
        """Return the host: the rest of the URL is a secret."""
        return (host_of(cls.options.values(definition)[cls.url]),)

    @classmethod
    def open(cls, definition: ReceiverDefinition, tools: ReceiverTools) -> Self:
        """Return the receiver of a definition."""
        return cls(definition, tools)

    @staticmethod
    @abstractmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return the message of an attempt, shortened to what the vendor accepts.

        Args:
            attempt: The attempt.
            t: The reader's language and time zone.
            now: The present.
        """

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Post one message."""
        message = self.render(attempt, self._values.translator, self._tools.clock())
        return await self.send(attempt, message.payload)

    async def send(self, attempt: DeliveryAttempt, payload: dict[str, Any]) -> Receipt:  # noqa: ARG002
        """Post the payload to the URL."""
        return await post(self._tools, self._values[self.url], payload)
