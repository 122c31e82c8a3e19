"""A feed of kind ``page`` has a selector of its links.

Revision 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("feeds", sa.Column("links", SafeText(), nullable=False, server_default=""))
