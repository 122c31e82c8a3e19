"""What is wrong with the events of alerts after processes were killed and started again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from core.messages import AlertEvent, AlertEventKind, Match


def find_event_faults(
    events: Sequence[AlertEvent], matches: Iterable[Match], told: Counter[tuple[str, str]]
) -> list[str]:
    """Return what is wrong with events of alerts that are to be there once each.

    Args:
        events: All that were published.
        matches: Those that are to be decided once each.
        told: How often each topic and article is to be delivered at least.
    """
    facts = Counter(
        (e.event, e.reason_code, e.topic_id, e.article_id, e.notification_id, e.target)
        for e in events
    )
    faults = [f"announced twice: {fact}" for fact, number in facts.items() if number > 1]
    decisions = Counter((e.topic_id, e.article_id) for e in events if e.notification_id is None)
    expected = Counter((each.topic_id, each.article_id) for each in matches)
    faults += [f"decided twice: {each}" for each in decisions - expected]
    faults += [f"not decided: {each}" for each in expected - decisions]
    delivered = Counter(
        (e.topic_id, e.article_id) for e in events if e.event is AlertEventKind.DELIVERED
    )
    held, released = ({e.article_id for e in events if e.reason_code == code}
                      for code in ("held", "released"))  # fmt: skip
    faults += [f"not announced as delivered: {each}" for each in told - delivered]
    return [*faults, *(f"held and not released: {each}" for each in held - released)]
