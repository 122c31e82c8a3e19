"""Saves an operator file together with its entry in the audit log.

::

    transaction: entry ──▶ file replaced ──▶ commit
                   │            │              └─ fails: saved, and the program's log has the entry
                   │            └─ refused: rolled back, so that there is no entry
                   └─ fails: the file is not touched
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from config.errors import StoreError
from config.secrets import mask
from core.store import Connection, Store, audit
from core.text import for_log
from wirewatch.web.operator_files import OperatorFile, SaveRefusal, describe_change, save_file

SAVED_UNRECORDED = "saved_unrecorded"
"""Code of the confirmation that a file is saved, but perhaps not in the audit log."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SaveEntry:
    """What the audit log has about a save.

    Attributes:
        action: A code of the catalogues under ``audit`` and ``flash``.
        subject: What was changed; secrets in it are masked.
        by: Who saves.
        at: The present moment.
        detail: What else there is to know; the file and its hashes are added.
    """

    action: str
    subject: str
    by: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What came of a save.

    Attributes:
        refusal: Why the file was not saved; None where it was.
        notice: Code of the confirmation; empty where the file was not saved.
    """

    refusal: SaveRefusal | None = None
    notice: str = ""


def save_with_entry(
    store: Store, entry: SaveEntry, file: OperatorFile, text: str, folder: Path
) -> SaveOutcome:
    """Save a file as :func:`save_file` does, and record that in the audit log.

    Args:
        store: Has the audit log.
        entry: What the log says.
        file: The file as it was when its text was opened.
        text: The new text.
        folder: The only folder that is written to.
    """
    detail = " · ".join(filter(None, (entry.detail, describe_change(file, text))))
    save = _Save(entry, detail, file, text, folder)
    fields = {"subject": for_log(mask(entry.subject)), "detail": for_log(detail), "by": entry.by}
    try:
        store.transact(save.run)
    except StoreError as error:
        reason = for_log(str(error))
        if not save.is_done:
            log.warning("file_not_saved", action=entry.action, **fields, reason=reason)
            return SaveOutcome(SaveRefusal.UNRECORDED)
        log.error("file_saved_unrecorded", action=entry.action, **fields, reason=reason)
        return SaveOutcome(notice=SAVED_UNRECORDED)
    if save.refusal is None:
        log.info(entry.action, **fields)
        return SaveOutcome(notice=entry.action)
    return SaveOutcome(save.refusal)


@dataclass(slots=True)
class _Save:
    """Saves in a transaction; only once, where the transaction is repeated after a conflict."""

    entry: SaveEntry
    detail: str
    file: OperatorFile
    text: str
    folder: Path
    is_done: bool = False
    refusal: SaveRefusal | None = None

    def run(self, connection: Connection) -> None:
        entry, subject = self.entry, mask(self.entry.subject)
        audit.record(
            connection, entry.action, subject, by=entry.by, at=entry.at, detail=self.detail
        )
        if not self.is_done:
            self.refusal = save_file(self.file, self.text, self.folder)
            self.is_done = self.refusal is None
        if self.refusal is not None:
            connection.rollback()
