"""The console's tables: cards and their labels, days of topics and feeds, what people did.

Revision 0002, after 0001. Cards are made of the decisions and alerts that are there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime
from core.text.tokens import folded_words

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema forward."""
    _cards()
    _days()
    _actions()
    _columns()
    _fill(op.get_bind())


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("story_id", sa.String(length=32), nullable=False),
        sa.Column("topic_id", sa.String(length=200), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=12), server_default="", nullable=False),
        sa.Column("verdict_reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("verdict_by", SafeText(), server_default="", nullable=False),
        sa.Column("verdict_at", UtcDateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_cards")),
    )
    op.create_index("ix_cards_changed_at", "cards", ["changed_at"])
    op.create_index("ix_cards_told", "cards", ["told", "at", "alert_id"])
    op.create_index("ix_cards_state", "cards", ["state", "at", "alert_id"])
    op.create_index("ix_cards_topic", "cards", ["topic_id", "told", "at", "alert_id"])
    op.create_index("ix_cards_severity", "cards", ["severity", "told", "at", "alert_id"])
    op.create_index("ix_cards_verdict", "cards", ["verdict", "at", "alert_id"])
    op.create_index("ix_cards_quality", "cards", ["topic_id", "state", "verdict"])
    op.create_table(
        "card_labels",
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "kind", "value", name=op.f("pk_card_labels")),
    )
    op.create_index("ix_card_labels_walk", "card_labels", ["kind", "value", "at", "alert_id"])


def _days() -> None:
    op.create_table(
        "topic_days",
        sa.Column("topic_id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "day", name=op.f("pk_topic_days")),
    )
    op.create_table(
        "feed_days",
        sa.Column("feed_id", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "day", name=op.f("pk_feed_days")),
    )


def _actions() -> None:
    op.create_table(
        "desk_actions",
        sa.Column("action_id", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("by", SafeText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("action_id", "alert_id", name=op.f("pk_desk_actions")),
    )
    op.create_index("ix_desk_actions_alert", "desk_actions", ["alert_id", "at"])


def _columns() -> None:
    more = (("language", 10), ("country", 10), ("severity", 40))
    for name, length in more:
        column = sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        op.add_column("decisions", column)
    op.add_column("decisions", sa.Column("score", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_decisions_article_id", "decisions", ["article_id"])
    op.create_index("ix_deliveries_updated", "deliveries", ["state", "updated_at", "id"])


def _fill(connection: sa.Connection) -> None:
    """As if the cards had been kept from the beginning; languages and countries were not kept."""
    utc = "date(decided_at)"
    if connection.dialect.name == "postgresql":
        utc = "(decided_at AT TIME ZONE 'UTC')::date"
    for statement in (_FIRST, _TOLD, _LABELS, _TOPIC_DAYS.replace(":day", utc)):
        connection.execute(sa.text(statement))
    titles: dict[str, list[str]] = {}
    for alert_id, title in connection.execute(sa.text("SELECT alert_id, title FROM decisions")):
        titles.setdefault(alert_id, []).append(" ".join(folded_words(title)))
    rows = [
        {"id": alert_id, "words": "\n".join(dict.fromkeys(found))[:4_000]}
        for alert_id, found in titles.items()
    ]
    if rows:
        connection.execute(sa.text("UPDATE cards SET words = :words WHERE alert_id = :id"), rows)


_FIRST = """
INSERT INTO cards (alert_id, story_id, topic_id, article_id, title, url, outlet, severity, state,
                   told, score, reason_code, reason, at, changed_at, words)
SELECT alert_id, story_id, topic_id, article_id, title, url, outlet, '', 'suppressed',
       false, 0, reason_code, reason, decided_at, decided_at, ''
FROM (SELECT d.*, row_number() OVER (PARTITION BY alert_id ORDER BY decided_at, article_id,
             revision) AS place FROM decisions d) AS ranked
WHERE place = 1
"""
_TOLD = """
UPDATE cards SET told = true, title = a.title, severity = a.severity, state = a.state,
    reason_code = a.reason_code, reason = a.reason, at = a.opened_at, changed_at = a.updated_at,
    article_id = a.article_id
FROM alerts a WHERE a.id = cards.alert_id
"""
_LABELS = """
INSERT INTO card_labels (alert_id, kind, value, at)
SELECT DISTINCT c.alert_id, 'outlet', d.outlet, c.at
FROM decisions d JOIN cards c ON c.alert_id = d.alert_id WHERE d.outlet <> ''
"""
_TOPIC_DAYS = """
INSERT INTO topic_days (topic_id, day, matches, opened, suppressed)
SELECT topic_id, :day, count(*), sum(CASE WHEN event = 'opened' THEN 1 ELSE 0 END),
       sum(CASE WHEN event = 'suppressed' THEN 1 ELSE 0 END)
FROM decisions GROUP BY 1, 2
"""
