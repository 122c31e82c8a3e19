"""An entry whose link hides the address of its article has the site of its publisher.

Revision 0028, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "entries", sa.Column("publisher_url", sa.Text(), nullable=False, server_default="")
    )
