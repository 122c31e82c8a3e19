"""How feeds were polled lately and what changed with them, and what determines their intervals.

A redirect target was stored with a masked query, which cannot be requested; such a target is
forgotten and noticed again at the next poll.

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("feeds", sa.Column("fetch_url", sa.Text(), nullable=True))
    op.add_column("feeds", sa.Column("news_gap_s", sa.Float(), nullable=True))
    op.add_column("feeds", sa.Column("pace", sa.Float(), nullable=False, server_default="1"))
    op.add_column(
        "feeds", sa.Column("skip_hours", sa.String(100), nullable=False, server_default="")
    )
    for name in ("wrong_304", "poll_count"):
        op.add_column("feeds", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE feeds SET redirect_target = NULL, redirect_since = NULL"
        " WHERE redirect_target LIKE '%***%'"
    )
    op.create_table(
        "feed_polls",
        sa.Column("feed_id", sa.String(120), primary_key=True),
        sa.Column("slot", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=False),
        sa.Column("due_reason", SafeText(), nullable=False),
    )
    op.create_table(
        "feed_events",
        sa.Column("feed_id", sa.String(120), primary_key=True),
        sa.Column("at", UtcDateTime(), primary_key=True),
        sa.Column("event", sa.String(20), primary_key=True),
        sa.Column("reason", SafeText(), nullable=False),
    )
    op.create_index("ix_feed_events_at", "feed_events", ["at"])
