"""Feeds of which a limit keeps some entries from being read, with the reason.

Revision 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("feeds", sa.Column("cut_reason", SafeText(), nullable=False, server_default=""))
