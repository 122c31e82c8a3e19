"""Views of the list of stories, saved by name.

Revision 0033, after 0032.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "saved_views",
        sa.Column("name", SafeText(), primary_key=True),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_by", SafeText(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
    )
