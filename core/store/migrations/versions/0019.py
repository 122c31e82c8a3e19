"""The time zone of each feed's outlet, and which entries have a day instead of a time.

Revision 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Bring the schema forward."""
    zone = sa.Column("time_zone", sa.String(64), nullable=False, server_default="")
    op.add_column("feeds", zone)
    op.add_column(
        "entries",
        sa.Column("published_is_day", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
