"""The console: told by being stored (the web page and ``alerts list`` read the store)."""

from __future__ import annotations

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools, unknown_options
from config.catalog.models import ReceiverDefinition
from config.faults import Fault


class ConsoleReceiver:
    """The web page and ``alerts list``; there is nothing to configure."""

    @staticmethod
    def faults(definition: ReceiverDefinition) -> list[Fault]:
        """Any option is one too many."""
        return unknown_options(definition, ())

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:  # noqa: ARG004
        """One."""
        return ("console",)

    @staticmethod
    def open(definition: ReceiverDefinition, tools: ReceiverTools) -> ConsoleReceiver:  # noqa: ARG004
        """Nothing to open."""
        return ConsoleReceiver()

    async def notify(self, outgoing: DeliveryAttempt) -> Receipt:  # noqa: ARG002
        """It is there already."""
        return Receipt("stored")
