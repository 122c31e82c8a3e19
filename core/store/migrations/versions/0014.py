"""Pages of articles that people were told of are read again.

Revision 0014, after 0013. Articles that were told before are not read again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "rereads",
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("outlet", sa.String(200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("lease_holder", sa.String(120), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("article_id", "reason", name="pk_rereads"),
    )
    op.create_index("ix_rereads_due_at", "rereads", ["due_at"])
    is_leased = sa.text("lease_holder IS NOT NULL")
    op.create_index(
        "ix_rereads_leased",
        "rereads",
        ["lease_holder"],
        sqlite_where=is_leased,
        postgresql_where=is_leased,
    )
