"""Addresses of feeds of alerts.

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "feed_addresses",
        sa.Column("receiver", sa.String(200), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name="pk_feed_addresses"),
        sa.UniqueConstraint("token_hash", name="uq_feed_addresses_token_hash"),
    )
