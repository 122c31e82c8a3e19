"""Pages are read again where a feed says that they have changed.

Revision 0018, after 0017. What the next request for a page is conditional on belongs to the
article, whatever it is read again for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "page_reads",
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_page_reads"),
    )
    op.create_index("ix_page_reads_read_at", "page_reads", ["read_at"])
    op.create_table(
        "feed_signals",
        sa.Column("feed_id", sa.String(120), nullable=False),
        sa.Column("stamps", sa.JSON(), nullable=False),
        sa.Column("in_vain", sa.Integer(), nullable=False),
        sa.Column("ignored_until", UtcDateTime(), nullable=True),
        sa.Column("reason", SafeText(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_signals"),
    )
    op.execute(
        "INSERT INTO page_reads (article_id, read_at, etag, last_modified, body_sha256)"
        " SELECT article_id, begun_at, etag, last_modified, body_sha256 FROM rereads"
        " WHERE body_sha256 <> ''"
    )
    for column in ("etag", "last_modified", "body_sha256"):
        op.drop_column("rereads", column)
    op.add_column("rereads", sa.Column("feed_id", sa.String(120), nullable=True))
    op.create_index("ix_rereads_host", "rereads", ["host"])
