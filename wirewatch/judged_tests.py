"""Judged alerts and missed articles as tests of their topics.

::

    relevant, missed ─▶ match: true  ┐   the sentences that matched, where the topic judges them as
    irrelevant ───────▶ match: false ┴─▶ it judges the whole article; else the whole article ─▶ YAML

Texts are untrusted: each is a double-quoted scalar in which no character ends the quotes or the
line, and which a YAML reader returns unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from config.catalog import values
from config.catalog.models import TopicDefinition
from config.catalog.values import InvalidValue, Parse
from core.messages import ArticleRevision, Evidence, Field
from core.store import Connection, Store, articles
from core.store.console.actions import RELEVANT
from core.store.feedback import JudgedArticle, judged_alerts, load_judged_articles
from core.store.missed_articles import list_missed
from core.store.stories import ArticleFacts
from core.text import clean_line
from processors import Processors, article_from_fields

MAX_NAME = 100
"""Characters of a headline in the name of a test."""

_CHECKED: dict[str, Parse[Any]] = {
    "language": values.language,
    "url": values.url,
    "outlet": values.identifier,
    "country": values.country,
}
"""Fields that a topic file accepts only in a certain form; a value without it is left out."""


def load_tests(
    store: Store, topic: TopicDefinition, processors: Processors
) -> list[dict[str, Any]]:
    """Return tests made of a topic's judged stories and missed articles, without those it has.

    Each story is read in a transaction of its own: the topic is evaluated for it meanwhile, and a
    reader that lasts keeps writers from committing.

    Args:
        store: Has them.
        topic: The topic.
        processors: Evaluates the topic.

    Raises:
        StoreError: The store is unavailable.
    """
    with store.read() as connection:
        alert_ids = judged_alerts(connection, topic.id)
    tests: list[dict[str, Any]] = []
    for alert_id in alert_ids:
        with store.read() as connection:
            tests += load_tests_of_alert(connection, topic, processors, alert_id)
    with store.read() as connection:
        return tests + _new_tests(topic, _missed_tests(connection, topic.id))


def load_tests_of_alert(
    connection: Connection, topic: TopicDefinition, processors: Processors, alert_id: str
) -> list[dict[str, Any]]:
    """Return the test made of a judged story, unless the topic has it.

    Args:
        connection: Any transaction.
        topic: The topic.
        processors: Evaluates the topic.
        alert_id: The alert of the story.
    """
    judged = load_judged_articles(connection, topic.id, alert_id)
    return _new_tests(topic, [_judged_test(connection, each, processors) for each in judged])


def _new_tests(
    topic: TopicDefinition, tests: Iterable[dict[str, Any] | None]
) -> list[dict[str, Any]]:
    known = {(test.article.get("title"), test.match) for test in topic.tests}
    return [test for test in tests if test and (test.get("title"), test["match"]) not in known]


def tests_yaml(topic: TopicDefinition, tests: Iterable[dict[str, Any]]) -> str:
    """Return tests as YAML for the file of their topic."""
    lines = [f"# For {topic.id}: leave out the next line where the file has `tests:`.", "tests:"]
    for test in tests:
        entries = [f"{key}: {_scalar(value)}" for key, value in test.items()]
        lines += [f"  - {entries[0]}", *(f"    {entry}" for entry in entries[1:])]
    return "\n".join(lines)


def _judged_test(
    connection: Connection, judged: JudgedArticle, processors: Processors
) -> dict[str, Any] | None:
    """Return the test of a judged story; None where nothing of its article is stored any more."""
    revisions = articles.load_revisions(connection, judged.article_id)
    article = next((r for r in revisions if r.revision == judged.revision), None)
    fields = _fields(judged.topic_id, article, judged.facts, processors)
    if fields is None:
        return None
    verdict = " ".join(filter(None, (judged.verdict, judged.verdict_reason)))
    return _test(verdict.replace("_", " "), judged.verdict == RELEVANT, fields)


def _missed_tests(connection: Connection, topic_id: str) -> list[dict[str, Any]]:
    """Return the tests of the missed articles whose text is stored."""
    ever = datetime(1970, 1, 1, tzinfo=UTC)
    rows = list_missed(connection, since=ever, topic_id=topic_id)
    revisions = (articles.load_revisions(connection, row.article_id) for row in rows)
    return [_test("missed", True, _article_fields(each[-1])) for each in revisions if each]


def _test(why: str, match: bool, fields: dict[str, Any]) -> dict[str, Any]:
    title = clean_line(fields.get("title", ""), MAX_NAME)
    return {"name": f"{why}: {title}" if title else why, "match": match, **fields}


def _fields(
    topic_id: str,
    article: ArticleRevision | None,
    facts: ArticleFacts | None,
    processors: Processors,
) -> dict[str, Any] | None:
    """Return the shortest article that the topic judges as the one that was judged."""
    if facts is None:
        return _article_fields(article) if article else None
    excerpt = _excerpt_fields(facts, article)
    if article is None:
        return excerpt
    whole = _article_fields(article, facts.language)
    is_alike = _judgement(topic_id, excerpt, processors) == _judgement(topic_id, whole, processors)
    return excerpt if is_alike else whole


def _judgement(
    topic_id: str, fields: dict[str, Any], processors: Processors
) -> tuple[bool, tuple[str, ...]]:
    article, language = article_from_fields(fields), fields.get("language")
    explanation = processors.explain(topic_id, article, given_language=language)
    return explanation.match, explanation.fired


def _excerpt_fields(facts: ArticleFacts, article: ArticleRevision | None) -> dict[str, Any]:
    country = article.country if article else ""
    return _valid(
        language=facts.language,
        title=facts.title,
        lead=_sentences(facts.evidence, Field.LEAD),
        text=_sentences(facts.evidence, Field.TEXT),
        url=facts.url,
        outlet=facts.outlet,
        country=country,
    )


def _article_fields(article: ArticleRevision, language: str = "") -> dict[str, Any]:
    return _valid(
        language=language or article.language,
        title=article.title,
        lead=article.lead,
        text=article.text,
        url=article.url,
        outlet=article.outlet,
        country=article.country,
    )


def _sentences(evidence: Sequence[Evidence], field: Field) -> str:
    return "\n".join(dict.fromkeys(e.sentence for e in evidence if e.field is field))


def _valid(**fields: str) -> dict[str, Any]:
    """Return the fields that are not empty and that a topic file accepts."""
    return {
        name: value
        for name, value in fields.items()
        if value and not isinstance(_CHECKED.get(name, str)(value), InvalidValue)
    }


def _scalar(value: bool | str) -> str:
    """Return a value as YAML on one line, every text in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escaped(ord(c)) for c in quoted)


def _escaped(code: int) -> str:
    """Return a character that YAML does not allow, or that moves or hides text on a terminal."""
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
