"""The console: told by being stored; on a terminal each notification is one readable log line."""

from __future__ import annotations

import structlog

from alerts.notification import Body
from alerts.receivers import Outgoing, Receipt, Tools, unknown_options
from config.catalog.models import ReceiverDefinition
from config.faults import Fault
from core.text import for_log

log = structlog.get_logger(__name__)


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
    def open(definition: ReceiverDefinition, tools: Tools) -> ConsoleReceiver:  # noqa: ARG004
        """Nothing to open."""
        return ConsoleReceiver()

    async def notify(self, outgoing: Outgoing) -> Receipt:
        """Write the line."""
        body = Body.model_validate_json(outgoing.body)
        first = body.articles[0] if body.articles else None
        sentence = first.evidence[0].sentence if first and first.evidence else ""
        repeat = {"possible_repeat": True} if outgoing.possible_repeat else {}
        log.info(
            "notification",
            kind=body.kind,
            topic=body.topic.id,
            severity=body.severity,
            title=for_log(body.story.title),
            outlet=first.outlet if first else "",
            sentence=for_log(sentence),
            url=for_log(first.url) if first else "",
            alert=body.alert_id,
            **repeat,
        )
        return Receipt("stored")
