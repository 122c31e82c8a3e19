"""A feed of alerts that people read with a feed reader, as Atom or JSON Feed.

::

    - {id: reader, kind: feed, title: Desk, entries: 200, language: de, time_zone: Europe/Berlin}

Nothing is sent. A notification is in the feed as soon as its delivery is marked as delivered, and
the console serves it under an address with a token of its own (``wirewatch receivers address``).
Delivering checks that the entry can be shown, so that no entry can break the feed for its readers.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath

from alerts.receivers import DeliveryAttempt, Receipt, ReceiverTools
from alerts.receivers.options import LANGUAGE, TIME_ZONE, Option, Options, OptionValues
from alerts.rendering.alert_feed import AlertFeed, atom, feed_entry, json_feed
from alerts.rendering.fit import RenderedMessage, Size
from alerts.rendering.sample import TEST
from config.catalog import values
from config.catalog.models import AlertsDefinition, ReceiverDefinition
from config.catalog.values import InvalidValue
from config.faults import Fault
from config.i18n import Phrase, Translator

KIND = "feed"

MAX_ENTRIES = 500
"""Most entries of a feed: a document of a few megabytes."""

FOLDER = PurePosixPath("/alert-feeds")
ATOM, JSON = "atom.xml", "feed.json"
"""Names of the two documents below the folder and the token."""


def entry_count(text: str) -> int | InvalidValue:
    """Parse how many entries a feed has."""
    number = values.positive(text)
    if isinstance(number, int) and number > MAX_ENTRIES:
        return InvalidValue(f"{values.shown(text)} is more than {MAX_ENTRIES}.", "")
    return number


TITLE: Option[str | None] = Option(
    "title", values.text, "The feed has this title.", "Write a title."
)
ENTRIES: Option[int] = Option(
    "entries",
    entry_count,
    "The feed has so many entries, the newest ones.",
    f"Write a number from 1 to {MAX_ENTRIES}.",
    default=100,
)


class FeedReceiver:
    """Delivers by having the entry in the store."""

    options = Options(TITLE, ENTRIES, LANGUAGE, TIME_ZONE)

    def __init__(self, t: Translator) -> None:
        self._t = t

    @classmethod
    def faults(cls, definition: ReceiverDefinition) -> list[Fault]:
        """Return what is wrong with the options."""
        return cls.options.faults(definition)

    @staticmethod
    def targets(definition: ReceiverDefinition) -> tuple[str, ...]:  # noqa: ARG004
        """Return the feed as the only target."""
        return (KIND,)

    @classmethod
    def open(cls, definition: ReceiverDefinition, tools: ReceiverTools) -> FeedReceiver:  # noqa: ARG003
        """Return the receiver."""
        return cls(option_values(definition).translator)

    @staticmethod
    def render(attempt: DeliveryAttempt, t: Translator, now: datetime) -> RenderedMessage:
        """Return a feed with the entry of an attempt, as Atom."""
        document = atom(_feed_of(attempt, t, now)).decode()
        return RenderedMessage({}, (Size("entries", 1, MAX_ENTRIES),), raw=document)

    async def notify(self, attempt: DeliveryAttempt) -> Receipt:
        """Return a receipt once the entry is known to be one that can be shown."""
        feed = _feed_of(attempt, self._t, attempt.created_at)
        atom(feed)
        json_feed(feed)
        code = "delivery.feed_test" if attempt.kind == TEST else "delivery.feed"
        return Receipt(Phrase(code))


def option_values(definition: ReceiverDefinition) -> OptionValues:
    """Return the options of a definition without faults."""
    return FeedReceiver.options.values(definition)


def feed_title(definition: ReceiverDefinition) -> str:
    """Return the title of a receiver's feed."""
    return option_values(definition)[TITLE] or f"Wirewatch: {definition.id}"


def feed_url(console_url: str, token: str, document: str) -> str:
    """Return the address of a document: :data:`ATOM` or :data:`JSON`."""
    return f"{console_url.rstrip('/')}{FOLDER / token / document}"


def _feed_of(attempt: DeliveryAttempt, t: Translator, now: datetime) -> AlertFeed:
    at = attempt.created_at
    entry = feed_entry(attempt.body, attempt.receiver, t, published=at, updated=now)
    id_, home = f"urn:wirewatch:feed:{attempt.receiver}", AlertsDefinition().console_url
    return AlertFeed(id_, attempt.receiver, t.code, home, now, [entry])
