"""An entry knows since when its feed had not been read.

Revision 0010, after 0009. Of entries from before nothing is known, so none was missed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("entries", sa.Column("missed_since", UtcDateTime(), nullable=True))
