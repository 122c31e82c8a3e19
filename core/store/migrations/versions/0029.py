"""The last good content of the operator's files is stored.

Revision 0029, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "operator_files",
        sa.Column("path", sa.Text(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("good_at", UtcDateTime(), nullable=False),
    )
