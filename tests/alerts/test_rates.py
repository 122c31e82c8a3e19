from __future__ import annotations

import pytest

from alerts.rates import rate_limit
from config.catalog.models import ReceiverDefinition
from core.store.targets import RateLimit
from tests.alerts.harness import PLACE


def receiver(kind: str, max_per_minute: int | None = None) -> ReceiverDefinition:
    return ReceiverDefinition("desk", kind, {}, {}, PLACE, max_per_minute=max_per_minute)


@pytest.mark.parametrize("kind", ["webhook", "console", "ntfy"])
def test_a_kind_without_a_published_limit_has_none(kind: str) -> None:
    assert rate_limit(receiver(kind)) is None


@pytest.mark.parametrize(
    ("kind", "published"), [("email", 30), ("telegram", 20), ("discord", 30), ("slack", 63)]
)
def test_the_limit_of_a_kind_stays_within_the_published_one(kind: str, published: int) -> None:
    limit = rate_limit(receiver(kind))
    assert limit is not None
    assert limit.per_minute + limit.burst - 1 <= published  # the most within any minute


def test_a_written_limit_replaces_that_of_the_kind() -> None:
    assert rate_limit(receiver("email", 100)) == RateLimit(100, 5)
    assert rate_limit(receiver("webhook", 30)) == RateLimit(30, 3)
    assert rate_limit(receiver("webhook", 1)) == RateLimit(1, 1)
