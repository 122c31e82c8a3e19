"""An audit log has who did what.

Revision 0032, after 0031.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import BigId, UtcDateTime

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "audit_entries",
        sa.Column("number", BigId, primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
