"""Canaries: when the next one is due, and how those of each target are doing.

Revision 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "canaries",
        sa.Column("receiver", sa.String(200), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("receiver", "target", name="pk_canaries"),
    )
    op.create_table(
        "canary_timer",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_canary_timer"),
    )
