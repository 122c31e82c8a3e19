"""What reading articles by time and forgetting old rows need.

Revision 0003, after 0002. When a feed last showed an entry, and indexes of revisions by time and of
entries by article. Entries from before have no time: they count as shown until their feed's next
document.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("entries", sa.Column("shown_at", UtcDateTime(), nullable=True))
    op.add_column("feeds", sa.Column("shown_since", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_entries_article_id",
        "entries",
        ["article_id"],
        sqlite_where=sa.text("article_id IS NOT NULL"),
        postgresql_where=sa.text("article_id IS NOT NULL"),
    )
    op.create_index(
        "ix_article_revisions_fetched_at",
        "article_revisions",
        ["fetched_at", "article_id", "revision"],
    )
