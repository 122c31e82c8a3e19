"""The runs of the nightly job, and an index of the articles that stories are compared by.

Revision 0031, after 0030.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "nightly_runs",
        sa.Column("started_at", UtcDateTime(), primary_key=True),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("deleted", sa.Text(), nullable=False),
        sa.Column("sizes", sa.Text(), nullable=False),
        sa.Column("problem", SafeText(), nullable=False),
    )
    compared = sa.text("features != ''")
    op.create_index(
        "ix_story_articles_compared",
        "story_articles",
        ["moment"],
        sqlite_where=compared,
        postgresql_where=compared,
    )
