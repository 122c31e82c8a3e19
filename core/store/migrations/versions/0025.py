"""The outlet of a feed has CSS selectors of the text on its pages.

Revision 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Bring the schema forward."""
    for column in ("body_selector", "removed_selector"):
        op.add_column("feeds", sa.Column(column, SafeText(), nullable=False, server_default=""))
