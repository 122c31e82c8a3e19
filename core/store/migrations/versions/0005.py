"""What plans of notifications need: items of a message, messages that are held, silences.

Revision 0005, after 0004. A notification from before has one item: its alert.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "notifications", sa.Column("bundle", sa.Text(), nullable=False, server_default="")
    )
    op.create_index("ix_notifications_bundle", "notifications", ["receiver", "bundle"])
    op.add_column("deliveries", sa.Column("held_until", UtcDateTime(), nullable=True))
    _create_items()
    _create_silences()
    _add_items_of_older_notifications()


def _create_items() -> None:
    op.create_table(
        "notification_items",
        sa.Column("notification_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("topic_id", sa.String(200), nullable=False),
        sa.Column("topic_title", sa.Text(), nullable=False),
        sa.Column("story_id", sa.String(32), nullable=False),
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("severity", sa.String(40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("development", sa.Text(), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.String(40), nullable=False),
        sa.Column("hold_code", sa.String(20), nullable=False, server_default=""),
        sa.Column("hold_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name="fk_notification_items_notification_id",
        ),
        sa.PrimaryKeyConstraint("notification_id", "number", name="pk_notification_items"),
    )
    op.create_index("ix_notification_items_alert_id", "notification_items", ["alert_id"])
    op.create_index(
        "ix_notification_items_topic_id", "notification_items", ["topic_id", "added_at"]
    )


def _create_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("reason", SafeText(), nullable=False),
        sa.Column("author", SafeText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_index("ix_silences_until", "silences", ["until"])


def _add_items_of_older_notifications() -> None:
    op.execute(
        """
        INSERT INTO notification_items (notification_id, number, alert_id, topic_id, topic_title,
            story_id, article_id, revision, kind, severity, score, reason, reason_code, added_at)
        SELECT n.id, 0, n.alert_id, a.topic_id, a.topic_title, a.story_id, a.article_id, 1, n.kind,
            a.severity, 0, a.reason, a.reason_code, n.created_at
        FROM notifications n JOIN alerts a ON a.id = n.alert_id
        """
    )
