"""The error tree, and the one decision whether a retry can help.

::

    WirewatchError                     message, mend, retry, exit_code
    ├── OperatorError                  the operator's settings or files are not valid: exit 1
    │   ├── SettingsError              the environment or .env
    │   ├── CatalogError               the YAML files; .faults
    │   ├── ArticleFileError           a file of articles; .file, .line
    │   └── BackupInvalidError         a backup that is damaged or of a newer version
    ├── UsageError                     wrong usage, an unknown topic, feed or article: exit 2
    │   └── NotFoundError              an unknown story, delivery, feed or action
    ├── ExternalError                  something outside this program failed: exit 3
    │   ├── FetchError                 a feed or page; .url, .outcome, .retry_after
    │   ├── StreamError                the stream engine
    │   │   ├── StreamUnavailableError     unreachable, locked or busy: retry
    │   │   │   └── StreamFullError            the disk is full
    │   │   ├── UnknownStreamError         the stream was never created
    │   │   ├── StreamMismatchError        the stream exists with other settings
    │   │   ├── OffsetOutOfRangeError      the offset is no longer kept, or not written yet
    │   │   ├── RecordTooLargeError        rejected before it was appended
    │   │   └── FencedError                another member owns the partition now
    │   │       └── SlotTakenError             another process uses this member's slot: exit
    │   ├── StoreError                 the database
    │   │   ├── StoreFullError             the disk is full
    │   │   ├── StoreConflictError         another process changed the same rows: retry at once
    │   │   └── StoreRefusedError          the database can never accept this value
    │   ├── BackupError                a backup could not be made or restored
    │   ├── OutOfMemoryError           the system gives this process no more memory
    │   └── DeliveryError              an attempt to notify a target; .permanent, .unknown,
    │                                  .target_fault
    ├── BusyError                      as much of it is done at once as may be: try again later
    ├── ExtractionError                a page without an article; .url, .outcome: exit 1
    ├── PoisonError                    a record that can never be processed: dead letter
    └── DeadLetterLimitError           too many poison records at once: stop

An error states what happened and, where something can be done, the ``mend``: what to do. Whether to
retry is decided by the type, here::

    try:
        store.write(...)
    except WirewatchError as error:
        if not retryable(error):
            raise
"""

from __future__ import annotations

from collections.abc import Sequence
from errno import ENOMEM
from typing import TYPE_CHECKING

from config.i18n import Phrase, in_english, written_in_english
from config.secrets import mask, mask_foreign

if TYPE_CHECKING:
    from config.faults import Fault


class WirewatchError(Exception):
    """Base class of the errors that this program raises.

    Args:
        message: What happened, and to what; one sentence. A phrase where pages show it.
        mend: What the reader can do about it, one sentence; empty where there is nothing to do. A
            phrase where the message is one.

    Attributes:
        message: The message in English.
        mend: The mend in English.
    """

    exit_code = 3
    """Exit code of a command that ends with this error: 1 operator, 2 usage, 3 external."""

    retry = False
    """Whether the same call may succeed later without any change by a person."""

    kind = "other"
    """What happened in general, as a code of the catalogues under ``trouble``."""

    def __init__(self, message: str | Phrase, *, mend: str | Phrase = "") -> None:
        self.message, self.mend = _english(message), _english(mend)
        super().__init__(self.message)
        self._given = message, mend

    @property
    def phrase(self) -> Phrase:
        """What happened and what to do; where that is English only, what its kind means."""
        message, mend = self._given
        if not isinstance(message, Phrase):
            text = f"{self.message} {self.mend}".rstrip()
            return written_in_english(text, Phrase(f"trouble.{self.kind}"))
        if isinstance(mend, Phrase):
            return Phrase("trouble.joined", first=message, then=mend)
        return message

    def __str__(self) -> str:
        """Return the message, the mend and the cause, which may quote what a server said."""
        text = f"{self.message} {self.mend}".rstrip()
        return f"{text} ({_masked(self.__cause__)})" if self.__cause__ else text


def _english(text: str | Phrase) -> str:
    return in_english(text) if isinstance(text, Phrase) else text


def _masked(cause: BaseException) -> str:
    """Return the text of a cause: of this program and this machine, or from outside."""
    is_local = isinstance(cause, (WirewatchError, OSError))
    return mask(str(cause)) if is_local else mask_foreign(str(cause))


class OperatorError(WirewatchError):
    """The operator's settings or files are not valid."""

    kind = "operator"
    exit_code = 1


class SettingsError(OperatorError):
    """The environment or ``.env`` contains an invalid value."""


class CatalogError(OperatorError):
    """The YAML files have faults; none of the files is used.

    Args:
        faults: All faults, in file order.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = f" First: {self.faults[0]}" if self.faults else ""
        super().__init__(
            f"{len(self.faults)} fault(s) in the configuration.{first}",
            mend="`wirewatch check` lists all of them.",
        )


class ArticleFileError(OperatorError):
    """A line of a file of articles is not an article.

    Args:
        file: Name of the file; ``-`` for stdin.
        line: Number of the line, from 1.
        problem: What is wrong with it, without a full stop.
        mend: What a line looks like.
    """

    def __init__(
        self,
        file: str,
        line: int,
        problem: str,
        mend: str = 'Each line is a JSON object with "url", "first_seen_at" and the texts.',
    ) -> None:
        self.file, self.line = file, line
        super().__init__(f"{file}, line {line}: {problem}.", mend=mend)


class UsageError(WirewatchError):
    """The command was used wrongly, or refers to something that does not exist."""

    kind = "request"
    exit_code = 2


class NotFoundError(UsageError):
    """A story, delivery, feed or action does not exist."""

    kind = "not_found"


class QueryError(UsageError):
    """A query that was typed has errors.

    Args:
        faults: All of them; their columns are those of the query.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(f"The query, column {first.column}: {first.message}", mend=first.mend)


class BusyError(WirewatchError):
    """As much of this is done at once as may be."""

    kind = "busy"
    retry = True


class ExternalError(WirewatchError):
    """Something outside this program failed."""

    retry = True


class FetchError(ExternalError):
    """A feed, page or robots.txt could not be fetched.

    Args:
        url: The requested URL.
        outcome: The class of failure, usable as a metric label (``dns``, ``timeout``,
            ``http_4xx`` ...; see :mod:`core.http`).
        reason: What happened; ``message`` is its English text.
        retry_after: Seconds to wait, where the server sent Retry-After.
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
        mend: str | Phrase = "",
    ) -> None:
        super().__init__(reason, mend=mend)
        self.url = url
        self.outcome = outcome
        self.reason = reason
        self.retry_after = retry_after
        self.retry = retry


class StreamError(ExternalError):
    """The stream engine refused a call or failed."""

    kind = "streams"
    retry = False


class StreamUnavailableError(StreamError):
    """The engine is unreachable, locked or busy."""

    kind = "streams_unavailable"
    retry = True


class StreamFullError(StreamUnavailableError):
    """The disk is full. Records accepted before are safe; work continues once there is space."""

    kind = "disk_full"


class UnknownStreamError(StreamError):
    """The stream was never created; engines do not create streams on first use."""


class StreamMismatchError(StreamError):
    """The stream exists with other settings than requested."""


class OffsetOutOfRangeError(StreamError):
    """The requested offset is before the oldest record or after the newest."""


class RecordTooLargeError(StreamError):
    """The record is larger than the stream allows; no record of the call was appended."""


class FencedError(StreamError):
    """Another member owns the partition now; the transaction was rolled back.

    Discard the batch and poll again: the new owner processes it.
    """


class SlotTakenError(FencedError):
    """Another process uses this member's slot: this process must exit, or both keep fencing."""


class StoreError(ExternalError):
    """The database refused a call or failed."""

    kind = "store"


class StoreFullError(StoreError):
    """The disk is full. Data accepted before is safe; work continues once there is space."""

    kind = "disk_full"


class StoreConflictError(StoreError):
    """Another process changed the same rows: the transaction was rolled back; retry it."""


class StoreRefusedError(StoreError):
    """The database can never accept this value (too long, not text); nothing was stored."""

    retry = False


class ArchiveError(ExternalError):
    """The archive of articles refused a call or failed."""

    kind = "archive"


class ArchiveConflictError(ArchiveError):
    """Another process wrote the same rows of the archive; nothing was stored."""


class ArchiveTimeoutError(ArchiveError):
    """A search took longer than it may."""


class ArchiveDamagedError(ArchiveError):
    """The archive's file is damaged; everything else works, and the archive can be rebuilt."""

    retry = False


class BackupError(ExternalError):
    """A backup could not be made or restored; nothing of it is left."""


class BackupInvalidError(OperatorError):
    """A backup, or what should be backed up, is damaged, incomplete, or of a newer version."""


class OutOfMemoryError(ExternalError):
    """The system gives this process no more memory."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__(
            "There is not enough memory.",
            mend="Free some, or raise the limit of this process; nothing that was stored is lost.",
        )


class DeliveryError(ExternalError):
    """An attempt to notify a target failed.

    Args:
        reason: What happened; ``message`` is its English text.
        permanent: Whether the target rejected the notification, so that a retry cannot help.
        retry_after: Seconds to wait, where the target asked for it.
        unknown: Whether the target may have accepted it (a time-out after sending).
        target_fault: Whether the target cannot be used as it is, whatever it is sent: it has
            moved, was removed, or refuses access. That is retried, because a proxy restarts and a
            token is renewed; a target that stays so is broken.
    """

    def __init__(
        self,
        reason: Phrase,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        unknown: bool = False,
        target_fault: bool = False,
        mend: str = "",
    ) -> None:
        super().__init__(reason, mend=mend)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown
        self.target_fault = target_fault
        self.retry = not permanent


class ExtractionError(WirewatchError):
    """No article could be extracted from a page.

    Args:
        url: The page's URL.
        outcome: ``timeout``, ``crash``, ``not_html`` or ``empty``: usable as a metric label.
        reason: What happened; ``message`` is its English text.
    """

    exit_code = 1

    def __init__(self, url: str, outcome: str, reason: Phrase) -> None:
        super().__init__(reason)
        self.url = url
        self.outcome = outcome
        self.reason = reason


class PoisonError(WirewatchError):
    """A record can never be processed, however often it is tried."""


class DeadLetterLimitError(WirewatchError):
    """Nearly every record fails: more likely a defect of this program than of the records."""

    kind = "dead_letters"


_NO_MEMORY_TEXTS = (
    *("failed to map segment", "cannot allocate memory", "can't start new thread"),
    "unable to start watchdog thread",
)
"""What the loader of libraries and the threads say; they have no error of their own for it."""


def out_of_memory(error: BaseException | None) -> OutOfMemoryError | None:
    """Return the error of the program if a lack of memory caused an error, else None."""
    for _ in range(20):  # a chain of causes may be a cycle
        if error is None:
            return None
        if isinstance(error, OutOfMemoryError):
            return error
        text = str(error).lower() if isinstance(error, (ImportError, RuntimeError)) else ""
        is_named = any(phrase in text for phrase in _NO_MEMORY_TEXTS)
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == ENOMEM or is_named:
            return OutOfMemoryError()
        error = error.__cause__ or error.__context__
    return None


def describe(error: BaseException) -> str:
    """Return what to say of an error in a list of reasons, without secrets."""
    known = out_of_memory(error) or error
    return _masked(known) or type(error).__name__


def describe_phrase(error: BaseException) -> Phrase:
    """Return what :func:`describe` says: in English whole, in other languages what it means."""
    return written_in_english(describe(error), trouble_of(error))


def trouble_of(error: BaseException) -> Phrase:
    """Return what an error means in general."""
    known = out_of_memory(error) or error
    kind = known.kind if isinstance(known, WirewatchError) else WirewatchError.kind
    return Phrase(f"trouble.{kind}")


def retryable(error: BaseException) -> bool:
    """Return whether the same call may succeed later.

    Exceptions outside the tree are defects of this program, which a retry does not repair: False.
    """
    return isinstance(error, WirewatchError) and error.retry
