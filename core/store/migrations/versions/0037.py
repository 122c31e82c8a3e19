"""Files in which hosts reserve text and data mining.

Revision 0037, after 0036.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "tdm_files",
        sa.Column("origin", sa.Text(), primary_key=True),
        sa.Column("rules", SafeText(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_tdm_files_checked_at", "tdm_files", ["checked_at"])
