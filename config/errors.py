"""The one tree of errors, and the one place that decides whether trying again can help.

::

    WirewatchError                     message, mend
    ├── OperatorError                  what the operator gave cannot be used: exit 1
    │   ├── SettingsError              environment or .env
    │   └── CatalogError               the YAML files; carries every fault
    ├── UsageError                     wrong usage, an unknown topic, feed, article: exit 2
    │   └── NotThereError              names a story, delivery or feed there is none of
    ├── OutsideError                   something outside failed: exit 3
    │   ├── FetchError                 a feed or page; .url, .outcome
    │   ├── StreamError                the stream engine
    │   │   ├── StreamUnavailableError     engine away or busy: try again
    │   │   │   └── StreamFullError            the disk is full
    │   │   ├── UnknownStreamError         never created
    │   │   ├── StreamMismatchError        exists with other settings
    │   │   ├── OffsetOutOfRangeError      retention overtook the reader
    │   │   ├── RecordTooLargeError        refused before it is appended
    │   │   └── FencedError                another member owns the partition now
    │   │       └── SlotTakenError             another process runs under this one's name: end
    │   ├── StoreError                 the database
    │   │   ├── StoreFullError             the disk is full
    │   │   ├── StoreConflictError         another process was at the same rows: at once again
    │   │   └── StoreRefusedError          a value it can never take
    │   └── DeliveryError              one attempt to tell a target; .permanent, .retry_after
    ├── ExtractionError                a page that could not be read; .url: exit 1
    ├── PoisonError                    a record that can never be processed: dead letter
    └── DeadLetterLimitError           too many poison records at once: stop, do not drain into it

Every error says what happened and, where there is one, the ``mend``: what the reader can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.i18n import Phrase, in_english

if TYPE_CHECKING:
    from config.faults import Fault


class WirewatchError(Exception):
    """Base of every error this program raises on purpose.

    Args:
        message: One sentence that says what happened and to what.
        mend: One sentence that says what the reader can do; empty where nothing can be done.
    """

    exit_code = 3
    """Exit code of a command that ends with this error (1 operator, 2 usage, 3 outside)."""

    retry = False
    """Whether the same call may succeed later without anybody changing anything."""

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        """The message, then the mend, then the cause."""
        text = f"{self.message} {self.mend}".rstrip()
        return f"{text} ({self.__cause__})" if self.__cause__ else text


class OperatorError(WirewatchError):
    """What the operator gave cannot be used."""

    exit_code = 1


class SettingsError(OperatorError):
    """The environment or ``.env`` holds a value that cannot be used."""


class CatalogError(OperatorError):
    """The YAML files hold faults; none of them was put to use.

    Args:
        faults: Every fault found, in file order.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = f" First: {self.faults[0]}" if self.faults else ""
        super().__init__(
            f"{len(self.faults)} fault(s) in the configuration.{first}",
            mend="`wirewatch check` lists all of them.",
        )


class UsageError(WirewatchError):
    """The command was used wrongly, or names something that does not exist."""

    exit_code = 2


class NotFoundError(UsageError):
    """It names a story, a delivery, a feed or an action that does not exist."""


class ExternalError(WirewatchError):
    """Something outside this program failed."""

    retry = True


class FetchError(ExternalError):
    """A feed, page or robots.txt could not be had.

    Args:
        url: The URL asked for.
        outcome: The class of failure, a bounded set of words fit for a metric label
            (``dns``, ``timeout``, ``http_4xx`` ...; see :mod:`core.http`).
        reason: What happened; ``message`` is its English text.
        retry_after: Seconds the server asked us to wait, if it did.
        retry: Whether a later attempt may succeed.
    """

    def __init__(
        self,
        url: str,
        outcome: str,
        reason: Phrase,
        *,
        retry_after: float | None = None,
        retry: bool = True,
        mend: str = "",
    ) -> None:
        super().__init__(in_english(reason), mend=mend)
        self.url = url
        self.outcome = outcome
        self.reason = reason
        self.retry_after = retry_after
        self.retry = retry


class StreamError(ExternalError):
    """The stream engine refused or failed."""

    retry = False


class StreamUnavailableError(StreamError):
    """The engine is away, locked or busy."""

    retry = True


class StreamFullError(StreamUnavailableError):
    """The disk is full. What was accepted before stays; free space and go on."""


class UnknownStreamError(StreamError):
    """The stream was never created; engines never create one on first use."""


class StreamMismatchError(StreamError):
    """The stream exists with other settings than those asked for."""


class OffsetOutOfRangeError(StreamError):
    """The position asked for lies before the oldest record kept, or after the newest."""


class RecordTooLargeError(StreamError):
    """The record is larger than the stream takes; nothing of the call was appended."""


class FencedError(StreamError):
    """Another member owns the partition now; nothing of the transaction was kept.

    Drop the batch and poll again: the new owner does the work.
    """


class SlotTakenError(FencedError):
    """Another process runs under this member's slot: this one must end, or the two take turns."""


class StoreError(ExternalError):
    """The database refused or failed."""


class StoreFullError(StoreError):
    """The disk is full. What was accepted before stays; free space and go on."""


class StoreConflictError(StoreError):
    """Another process was at the same rows: nothing was kept, and the same again will do."""


class StoreRefusedError(StoreError):
    """The database can never take this value (too long, not text); nothing was kept."""

    retry = False


class DeliveryError(ExternalError):
    """One attempt to tell a target failed.

    Args:
        message: What happened, in words.
        permanent: True where a retry cannot help (the target refused for good).
        retry_after: Seconds the target asked us to wait, if it did.
        unknown: True where nobody knows whether the target took it (a time-out after sending).
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        unknown: bool = False,
        mend: str = "",
    ) -> None:
        super().__init__(message, mend=mend)
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown
        self.retry = not permanent


class ExtractionError(WirewatchError):
    """A page could not be turned into an article.

    Args:
        url: The page.
        outcome: ``timeout``, ``crash``, ``not_html`` or ``empty``: fit for a metric label.
        reason: What happened; ``message`` is its English text.
    """

    exit_code = 1

    def __init__(self, url: str, outcome: str, reason: Phrase) -> None:
        super().__init__(in_english(reason))
        self.url = url
        self.outcome = outcome
        self.reason = reason


class PoisonError(WirewatchError):
    """A record that can never be processed, however often it is tried."""


class DeadLetterLimitError(WirewatchError):
    """Nearly everything fails: more likely our fault than the records'. Stop and look."""


def retryable(error: BaseException) -> bool:
    """Whether trying the same call again later may succeed.

    Unknown exceptions are ours to mend, not to repeat: they answer False.
    """
    return isinstance(error, WirewatchError) and error.retry
