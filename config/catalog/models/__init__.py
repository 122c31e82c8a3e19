"""The content of the operator's files, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.catalog.models.notifications import (
    DEFAULT_GROUP_WAIT,
    AlertsDefinition,
    DigestDefinition,
    EscalationStep,
    InhibitionDefinition,
    ReceiverDefinition,
    RouteDefinition,
    SilenceDefinition,
)
from config.catalog.models.outlets import Feed, Outlet, Selectors, Tier
from config.catalog.models.text import FilePosition, SourceText
from config.catalog.models.topics import (
    AlertPolicy,
    ConceptDefinition,
    ConceptTest,
    EntityDefinition,
    RuleDefinition,
    TopicDefinition,
    TopicState,
    TopicTest,
)

__all__ = [
    "DEFAULT_GROUP_WAIT",
    "AlertPolicy",
    "AlertsDefinition",
    "Catalog",
    "ConceptDefinition",
    "ConceptTest",
    "DigestDefinition",
    "EntityDefinition",
    "EscalationStep",
    "Feed",
    "FilePosition",
    "InhibitionDefinition",
    "Outlet",
    "ReceiverDefinition",
    "RouteDefinition",
    "RuleDefinition",
    "Selectors",
    "SilenceDefinition",
    "SourceText",
    "Tier",
    "TopicDefinition",
    "TopicState",
    "TopicTest",
]


@dataclass(frozen=True, slots=True)
class Catalog:
    """The content of all operator files, without errors."""

    outlets: tuple[Outlet, ...]
    topics: tuple[TopicDefinition, ...] = ()
    entities: tuple[EntityDefinition, ...] = ()
    alerts: AlertsDefinition = field(default_factory=AlertsDefinition)
    vocabulary: tuple[ConceptDefinition, ...] = ()

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """All feeds of all outlets, in file order."""
        return tuple(feed for outlet in self.outlets for feed in outlet.feeds)

    def outlet(self, outlet_id: str) -> Outlet | None:
        """Return the outlet with this id, or None."""
        return next((o for o in self.outlets if o.id == outlet_id), None)

    def topic(self, topic_id: str) -> TopicDefinition | None:
        """Return the topic with this id, or None."""
        return next((t for t in self.topics if t.id == topic_id), None)
