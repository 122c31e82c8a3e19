"""Disputed pages: two readings of a page that differ much in length.

Revision 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "disputed_pages",
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("outlet", sa.String(100), nullable=False),
        sa.Column("url", SafeText(), nullable=False),
        sa.Column("title", SafeText(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("text", SafeText(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("other_source", sa.String(20), nullable=False),
        sa.Column("other", SafeText(), nullable=False),
        sa.Column("other_size", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_disputed_pages"),
    )
    op.create_index("ix_disputed_pages_at", "disputed_pages", ["at"])
    op.create_index("ix_disputed_pages_outlet_at", "disputed_pages", ["outlet", "at"])
