"""Saved views have an owner.

Revision 0035, after 0034.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("saved_views") as table:
        table.add_column(sa.Column("owner", SafeText(), nullable=False, server_default=""))
