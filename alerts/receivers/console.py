"""The console: the web page and ``alerts list`` read the store, so nothing has to be sent."""

from __future__ import annotations

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.options import Options
from config.catalog.alerts import CONSOLE
from config.catalog.models import ReceiverDefinition
from config.i18n import Phrase


class ConsoleReceiver:
    """Delivers by doing nothing; has no options."""

    faults = staticmethod(Options().faults)

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:  # noqa: ARG004
        """Return the console as the only target."""
        return (CONSOLE,)

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> ConsoleReceiver:  # noqa: ARG004
        """Return the receiver."""
        return ConsoleReceiver()

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:  # noqa: ARG002
        """Return a receipt: the notification is in the store."""
        return Receipt(Phrase("delivery.stored"))
