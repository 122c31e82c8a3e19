"""An alert that was merged into another one leads to it.

Revision 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bring the schema forward."""
    merged_into = sa.Column("merged_into", sa.String(32), nullable=False, server_default="")
    op.add_column("alerts", merged_into)
    op.create_index("ix_alerts_merged_into", "alerts", ["merged_into"])
