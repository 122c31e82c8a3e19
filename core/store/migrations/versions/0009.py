"""What growth, spikes and digests of what waited need.

Revision 0009, after 0008. Stories count their independent outlets; what they have grown to so far
counts as decided, so that nobody is notified of it now. Whether an older text was credited to an
agency is not known any more: its provider is the outlet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the schema forward."""
    provider = sa.Column("provider", sa.String(200), nullable=False, server_default="")
    op.add_column("story_articles", provider)
    _add_number("stories", "independent_outlets")
    _add_number("stories", "growth")
    op.add_column("deliveries", sa.Column("replaced_by", sa.String(32), nullable=True))
    op.create_index("ix_deliveries_replaced_by", "deliveries", ["replaced_by"])
    op.create_table(
        "topic_hours",
        sa.Column("topic_id", sa.String(200), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("spiked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("topic_id", "hour", name="pk_topic_hours"),
    )
    op.create_index("ix_topic_hours_hour", "topic_hours", ["hour"])
    _count_outlets()


def _add_number(table: str, name: str) -> None:
    op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def _count_outlets() -> None:
    op.execute("UPDATE story_articles SET provider = outlet")
    op.execute(
        """
        UPDATE stories SET independent_outlets = (
            SELECT count(DISTINCT a.provider) FROM story_articles a
            WHERE a.story_id = stories.id AND a.copy_of IS NULL)
        """
    )
    op.execute(
        """
        UPDATE stories SET growth = CASE WHEN independent_outlets >= 40 THEN 40
            WHEN independent_outlets >= 15 THEN 15 WHEN independent_outlets >= 5 THEN 5 ELSE 0 END
        """
    )
