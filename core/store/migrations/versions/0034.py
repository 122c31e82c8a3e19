"""Publishers that reserve text and data mining are noted by feed.

Revision 0034, after 0033.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "tdm_opt_outs",
        sa.Column("feed_id", sa.String(120), primary_key=True),
        sa.Column("signal", sa.String(20), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_tdm_opt_outs_seen_at", "tdm_opt_outs", ["seen_at"])
