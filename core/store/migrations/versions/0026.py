"""Feeds are subscribed to at their hubs.

Revision 0026, after 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "websub_subscriptions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("feed_id", sa.String(120), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("pending_until", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("pushed_at", UtcDateTime()),
        sa.Column("push_sha256", sa.String(64), nullable=False),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("push_first", sa.Integer(), nullable=False),
        sa.Column("poll_first", sa.Integer(), nullable=False),
        sa.Column("lease_holder", sa.String(120)),
        sa.Column("lease_until", UtcDateTime()),
    )
    for column in ("feed_id", "due_at"):
        op.create_index(f"ix_websub_subscriptions_{column}", "websub_subscriptions", [column])
