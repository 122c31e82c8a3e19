"""Roles in a story say whether people were told.

Revision 0006, after 0005. An article with a text of its own that joined a story without anybody
being told is ``minor``; it was called ``member``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("story_articles") as table:
        table.alter_column("role", type_=sa.String(20), existing_nullable=False)
    op.execute("UPDATE story_articles SET role = 'minor' WHERE role = 'member'")
