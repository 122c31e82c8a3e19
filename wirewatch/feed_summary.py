"""One sentence about all feeds: do they work, and were they read at all? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from config.i18n import Translator
from core.store.feed_record import FeedState


def summarize_feeds(states: Sequence[FeedState], t: Translator) -> str:
    """Return the most important thing to know about all feeds.

    Only feeds that were read can be said to work; one that waits for its first poll cannot.

    Args:
        states: The state of every feed; removed ones do not count.
        t: The reader's language.
    """
    present = [state for state in states if state.state != "off"]
    counts = Counter(state.state for state in present)
    if not present:
        return t("feeds.none")
    if failing := counts["failing"] + counts["gone"]:
        return t.plural("feeds.broken", failing)
    if unread := sum(not state.was_read for state in present):
        return t.plural("feeds.unread", unread)
    for state in ("paused", "partial", "quiet"):
        if counts[state]:
            return t.plural(f"feeds.{state}", counts[state])
    return t("feeds.fine")
