"""The door for what a server outside says: its answers, replies and error messages.

::

    bytes, text ─▶ cleaned ─▶ secrets masked ─▶ cut ─▶ stored, logged, shown, sent to people

It is masked once, here, before anything is done with it. Public streams have none of it at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.secrets import mask_foreign
from core.text.clean import clean, clean_line

LONGEST_READ = 4_000
"""Characters that are looked at: more than any message shows."""


def foreign_text(text: str | bytes, secrets: Iterable[str] = (), *, limit: int = 200) -> str:
    """Return what a server said as one short line without secrets.

    Args:
        text: What it said. Cleaning comes first, so that nothing invisible can split a secret.
        secrets: What was sent to it and may come back (:mod:`config.secrets`).
        limit: Characters of the line at most.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    cleaned = clean(text[: 10 * LONGEST_READ])
    if len(cleaned) > LONGEST_READ:  # the last word may be the first half of a secret
        cleaned = cleaned[:LONGEST_READ].rpartition(" ")[0]
    return clean_line(mask_foreign(cleaned, secrets), limit)
