"""Notes that people write on a story, shown in its history."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Connection

from config.errors import UsageError
from config.i18n import Phrase
from core.store import audit
from core.store.console.actions import MAX_NAME, lock_story
from core.store.console.history import NO_UNDO, story_actions
from core.text import clean_line

NOTED = "noted"
"""Verb of the action that a note is."""

MAX_STORY_NOTE = 1_000
"""Characters of a note."""

MAX_STORY_NOTES = 200
"""Notes on one story."""


def add_note(connection: Connection, alert_id: str, text: str, *, by: str, at: datetime) -> str:
    """Add a note to a story and return its id. The audit log has that, and not its text.

    Args:
        connection: A write transaction.
        alert_id: The story.
        text: One line; untrusted.
        by: Who writes it.
        at: The present moment.

    Raises:
        NotFoundError: There is no such story.
        UsageError: The text is empty or too long, or the story has too many notes.
    """
    line = clean_line(text, MAX_STORY_NOTE + 1).strip()
    if not 0 < len(line) <= MAX_STORY_NOTE:
        raise UsageError(Phrase("note.length", most=MAX_STORY_NOTE))
    card, _ = lock_story(connection, alert_id)
    columns = story_actions.c
    is_note = (columns.alert_id == alert_id) & (columns.verb == NOTED)
    if len(connection.execute(story_actions.select().where(is_note)).all()) >= MAX_STORY_NOTES:
        raise UsageError(Phrase("note.too_many", most=MAX_STORY_NOTES))
    author, action_id = clean_line(by, MAX_NAME), uuid.uuid4().hex
    connection.execute(
        story_actions.insert().values(
            action_id=action_id,
            alert_id=card["alert_id"],
            verb=NOTED,
            reason_code="",
            by=author,
            at=at,
            former=NO_UNDO,
            detail=line,
        )
    )
    audit.record(connection, NOTED, card["alert_id"], by=author, at=at)
    return action_id
