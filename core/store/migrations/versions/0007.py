"""Urgent deliveries go first, and the first delivery of a target is found by an index.

Revision 0007, after 0006. What waits from before goes out as if it were not urgent.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = ["receiver", "target", "priority", "created_at", "next_attempt_at", "id"]
WAITING = sa.text("state IN ('pending', 'unknown')")


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "deliveries", sa.Column("priority", sa.Integer(), nullable=False, server_default="1")
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        COLUMNS,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
