"""Entries whose link was not read are counted for each feed.

Revision 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Bring the schema forward."""
    is_unread = sa.text("substr(page_outcome, 1, 9) = 'not_read_'")
    op.create_index(
        "ix_entries_not_read",
        "entries",
        ["feed_id"],
        sqlite_where=is_unread,
        postgresql_where=is_unread,
    )
