"""How each match ended, what people were shown of it, and which articles they missed.

Revision 0008, after 0007. Decisions from before end as their event and reason code say; those of
topics that were not live are counted apart by their reason code. What was told before keeps showing
the newest revision, since the one that was told was not stored.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema forward."""
    for name, size, default in (
        ("topic_state", 10, "live"),
        ("match_end", 12, "suppressed"),
        ("end_code", 40, ""),
    ):
        column = sa.Column(name, sa.String(size), nullable=False, server_default=default)
        op.add_column("decisions", column)
    _classify_older_decisions()
    op.drop_index("ix_decisions_decided_at", "decisions")
    op.create_index(
        "ix_decisions_ends",
        "decisions",
        ["decided_at", "topic_id", "topic_state", "match_end", "end_code"],
    )
    op.create_index(
        "ix_notification_items_article",
        "notification_items",
        ["topic_id", "article_id", "revision"],
    )
    _create_told_revisions()
    _create_replayed_matches()
    _create_missed_articles()


def _classify_older_decisions() -> None:
    op.execute(
        """
        UPDATE decisions SET end_code = reason_code,
            topic_state = CASE WHEN reason_code IN ('draft', 'shadow', 'retired')
                THEN reason_code ELSE 'live' END,
            match_end = CASE
                WHEN event = 'opened' OR reason_code IN ('development', 'correction')
                THEN 'notified'
                WHEN event = 'updated' OR reason_code = 'copy' THEN 'joined'
                ELSE 'suppressed' END
        """
    )


def _create_told_revisions() -> None:
    op.create_table(
        "told_revisions",
        sa.Column("topic_id", sa.String(200), nullable=False),
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "article_id", "revision", name="pk_told_revisions"),
    )
    op.create_index("ix_told_revisions_alert_id", "told_revisions", ["alert_id"])
    op.create_index("ix_told_revisions_topic", "told_revisions", ["topic_id", "decided_at"])


def _create_replayed_matches() -> None:
    op.create_table(
        "replayed_matches",
        sa.Column("topic_id", sa.String(200), nullable=False),
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic_state", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "article_id", "revision", name="pk_replayed_matches"),
    )
    op.create_index("ix_replayed_matches_at", "replayed_matches", ["at", "topic_id", "topic_state"])


def _create_missed_articles() -> None:
    op.create_table(
        "missed_articles",
        sa.Column("topic_id", sa.String(200), nullable=False),
        sa.Column("article_id", sa.String(32), nullable=False),
        sa.Column("url", SafeText(), nullable=False),
        sa.Column("title", SafeText(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", SafeText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "article_id", name="pk_missed_articles"),
    )
    op.create_index("ix_missed_articles_at", "missed_articles", ["at"])
