"""The feeds of an outlet are found without reading all feeds.

Revision 0027, after 0026.
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("ix_feeds_outlet", "feeds", ["outlet"])
