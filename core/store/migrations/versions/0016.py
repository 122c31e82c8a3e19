"""What scheduled digests need: when each is due, and up to when it has summarised stories.

Revision 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "digests",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("watermark", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
    )
