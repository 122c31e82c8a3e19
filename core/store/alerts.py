"""Alerts and the decisions behind them: tables, rows and queries.

::

    match ──▶ decisions ──▶ alerts ──▶ notifications, deliveries (core.store.deliveries)
                  └───────────┴──────▶ outbox ──▶ news.alerts

There is one decision per topic, article and revision: a match that arrives again finds it and
changes nothing. Rows are written by :mod:`core.store.alert_changes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
)

from config.errors import NotFoundError, UsageError
from core.messages import UNNAMED, ArticleNames, article_names
from core.store.column_types import SafeText, UtcDateTime, metadata

OPEN, ACKED, CLOSED = "open", "acked", "closed"

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("topic_id", String(200), nullable=False),
    Column("topic_title", Text, nullable=False),
    Column("story_id", String(32), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("severity", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("article_id", String(32), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("acked_by", Text, nullable=False, server_default=""),
    Column("acked_at", UtcDateTime),
    Column("closed_by", Text, nullable=False, server_default=""),
    Column("closed_at", UtcDateTime),
    Column("assigned_to", SafeText, nullable=False, server_default=""),
    Column("snoozed_until", UtcDateTime),
    Column("merged_into", String(32), nullable=False, server_default=""),
    # A page of a list is a walk along one of these, the newest first.
    Index("ix_alerts_newest", "merged_into", "opened_at", "id"),
    Index("ix_alerts_topic", "topic_id", "merged_into", "opened_at", "id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("topic_revision", String(64), nullable=False),
    Column("event", String(20), nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("alert_id", String(32), nullable=False, index=True),
    Column("story_id", String(32), nullable=False),
    Column("outlet", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("language", String(10), nullable=False, server_default=""),
    Column("country", String(10), nullable=False, server_default=""),
    Column("severity", String(40), nullable=False, server_default=""),
    Column("score", Integer, nullable=False, server_default="0"),
    Column("topic_state", String(10), nullable=False, server_default="live"),
    Column("match_end", String(12), nullable=False, server_default="suppressed"),
    Column("end_code", String(40), nullable=False, server_default=""),
    Index("ix_decisions_article_id", "article_id"),
    Index("ix_decisions_ends", "decided_at", "topic_id", "topic_state", "match_end", "end_code"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A story of a topic that people are told about.

    Attributes:
        state: ``open``, ``acked`` or ``closed``.
        title: Title of the story.
        reason: Why it was opened (:class:`config.i18n.Phrase`, dumped).
        article_id: The article that opened it.
        acked_by: Who acknowledged it; empty where it was not. ``closed_by`` likewise.
        assigned_to: Who takes care of it; empty where nobody was named.
        snoozed_until: Until when only what is new in the story is told; None where it was not
            snoozed. The time may have passed.
        merged_into: The alert whose story its articles belong to now; empty where it has its own.
    """

    id: str
    topic_id: str
    topic_title: str
    story_id: str
    state: str
    severity: str
    title: str
    reason: str
    reason_code: str
    article_id: str
    opened_at: datetime
    updated_at: datetime
    acked_by: str = ""
    acked_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    assigned_to: str = ""
    snoozed_until: datetime | None = None
    merged_into: str = ""

    def is_snoozed(self, now: datetime) -> bool:
        """Return whether it is snoozed at a time."""
        return self.snoozed_until is not None and self.snoozed_until > now


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """The decision about one article revision under one topic.

    Attributes:
        topic_revision: Revision of the topic's definition under which it was last matched.
        event: ``opened``, ``updated`` or ``suppressed``.
        reason: Why (:class:`config.i18n.Phrase`, dumped); ``reason_code`` is its bounded code.
        language: Detected language of the article.
        country: Country of the outlet, as in sources.yaml.
        severity: Severity of the topic.
        score: Score of the article under the topic.
        topic_state: State of the topic when it was decided; ``retired`` where it had no file.
        match_end: ``notified`` (a notification says how it ended), ``joined`` or ``suppressed``.
        end_code: Why, as in :mod:`alerts.match_end`.
    """

    topic_id: str
    article_id: str
    revision: int
    topic_revision: str
    event: str
    reason_code: str
    reason: str
    alert_id: str
    story_id: str
    outlet: str
    title: str
    url: str
    decided_at: datetime
    language: str = ""
    country: str = ""
    severity: str = ""
    score: int = 0
    topic_state: str = "live"
    match_end: str = "suppressed"
    end_code: str = ""


def find_decision(
    connection: Connection, topic_id: str, article_id: str, revision: int
) -> DecisionRow | None:
    """Return the decision about an article revision under a topic.

    Where this revision was not decided, return the decision about the newest other one, or None
    where there is none.
    """
    query = (
        select(decisions)
        .where(decisions.c.topic_id == topic_id, decisions.c.article_id == article_id)
        .order_by((decisions.c.revision == revision).desc(), decisions.c.revision.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else DecisionRow(**row)


def names_of_decided(
    connection: Connection, topic_id: str, article_id: str, revision: int | None = None
) -> ArticleNames:
    """Return headline, URL and outlet of an article as it was decided about under a topic.

    Args:
        connection: Any transaction.
        topic_id: The topic.
        article_id: The article.
        revision: The revision; None, or one that was forgotten, stands for the newest.
    """
    decision = find_decision(connection, topic_id, article_id, revision or 0)
    return UNNAMED if decision is None else article_names(decision)


def load_decisions(connection: Connection, alert_id: str) -> list[DecisionRow]:
    """Return all decisions about an alert, oldest first, including suppressed ones."""
    query = (
        select(decisions)
        .where(decisions.c.alert_id == alert_id)
        .order_by(decisions.c.decided_at, decisions.c.article_id, decisions.c.revision)
    )
    return [DecisionRow(**row) for row in connection.execute(query).mappings()]


def load_decisions_of_article(
    connection: Connection, topic_id: str, article_id: str
) -> list[DecisionRow]:
    """Return the decisions about the revisions of an article under a topic, oldest first."""
    columns = decisions.c
    query = select(decisions).where(columns.topic_id == topic_id, columns.article_id == article_id)
    rows = connection.execute(query.order_by(columns.revision)).mappings()
    return [DecisionRow(**row) for row in rows]


def exists(connection: Connection, alert_id: str) -> bool:
    """Return whether there is an alert of this id, in whatever state."""
    query = select(alerts.c.id).where(alerts.c.id == alert_id)
    return connection.execute(query).first() is not None


def find_alert(connection: Connection, alert_id: str) -> Alert | None:
    """Return the alert of this id, or None."""
    query = select(alerts).where(alerts.c.id == alert_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Alert(**row)


def get_alert(connection: Connection, alert_id: str) -> Alert:
    """Return an alert; one that was merged into another leads to that.

    Args:
        connection: Any transaction.
        alert_id: The alert's id, or at least its first eight digits.

    Raises:
        NotFoundError: There is no such alert.
        UsageError: Several alerts have ids that begin like this.
    """
    prefix = and_(alerts.c.id >= alert_id, alerts.c.id < f"{alert_id}g")  # ids are hex digits
    query = select(alerts).where(prefix).limit(2)
    is_valid = len(alert_id) >= 8 and alert_id.isalnum()
    rows = connection.execute(query).mappings().all() if is_valid else []
    if len(rows) == 1:
        alert = Alert(**rows[0])
        return get_alert(connection, alert.merged_into) if alert.merged_into else alert
    error: type[UsageError] = NotFoundError
    problem = "is no alert"
    if rows:
        error, problem = UsageError, "is the beginning of several alerts"
    raise error(
        f"{alert_id!r} {problem}.", mend="`wirewatch alerts list` shows the ids of all of them."
    )


def list_alerts(
    connection: Connection,
    *,
    topic_id: str | None = None,
    state: str | None = None,
    assigned_to: str | None = None,
    after: Alert | None = None,
    limit: int = 100,
) -> list[Alert]:
    """Return alerts, newest first; those opened at the same moment by descending ids.

    Those that were merged into others are left out.

    Args:
        connection: Any transaction.
        topic_id: Only alerts of this topic.
        state: Only alerts in this state: ``open``, ``acked`` or ``closed``.
        assigned_to: Only alerts that this person takes care of.
        after: The last alert of the page before; None for the first page.
        limit: How many at most.
    """
    query = select(alerts).where(alerts.c.merged_into == "")
    query = query.order_by(alerts.c.opened_at.desc(), alerts.c.id.desc())
    if topic_id is not None:
        query = query.where(alerts.c.topic_id == topic_id)
    if state is not None:
        query = query.where(alerts.c.state == state)
    if assigned_to is not None:
        query = query.where(alerts.c.assigned_to == assigned_to)
    if after is not None:
        at = alerts.c.opened_at
        query = query.where(at <= after.opened_at)  # where the walk along the index begins
        query = query.where(or_(at < after.opened_at, alerts.c.id < after.id))
    return [Alert(**row) for row in connection.execute(query.limit(limit)).mappings()]
