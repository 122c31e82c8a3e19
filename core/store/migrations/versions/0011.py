"""What people do with alerts: assign, snooze, escalate, split and merge.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("alerts", sa.Column("assigned_to", SafeText(), nullable=False, server_default=""))
    op.add_column("alerts", sa.Column("snoozed_until", UtcDateTime(), nullable=True))
    op.add_column("cards", sa.Column("verdict_note", SafeText(), nullable=False, server_default=""))
    op.add_column(
        "desk_actions", sa.Column("detail", SafeText(), nullable=False, server_default="")
    )
    op.add_column(
        "notifications", sa.Column("escalation", sa.Integer(), nullable=False, server_default="0")
    )
    _create_escalations()
    _create_separations()


def _create_escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("receivers", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("ended_code", sa.String(20), nullable=False, server_default=""),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "round", "step", name="pk_escalations"),
    )
    op.create_index("ix_escalations_due", "escalations", ["state", "due_at"])


def _create_separations() -> None:
    op.create_table(
        "story_separations",
        sa.Column("topic_id", sa.String(200), nullable=False),
        sa.Column("story_id", sa.String(32), nullable=False),
        sa.Column("other_id", sa.String(32), nullable=False),
        sa.Column("by", SafeText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "story_id", "other_id", name="pk_story_separations"),
    )
    op.create_index("ix_story_separations_other_id", "story_separations", ["other_id"])
