"""JSON Schemas of the operator's files, for editors: completion, descriptions, marks for mistakes.

They say what an editor can see without the other files: keys, types and fixed words. What refers to
something else, and queries, are checked by ``wirewatch check``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alerts.receivers import RECEIVERS
from config.catalog.alerts import KINDS
from config.catalog.models import Tier, TopicState
from config.catalog.topic_tests import ARTICLE_FIELDS
from config.catalog.topics import SEVERITIES, SPIKES
from config.catalog.values import MAX_OWNER
from config.catalog.weights import SCORED_FIELDS

Json = dict[str, Any]

DURATION = {"type": ["string", "integer"], "pattern": r"^[0-9]+(s|m|h|d)?$"}
LANGUAGE = {"type": "string", "pattern": "^[A-Za-z]{2}$"}
ID = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$", "maxLength": 100}
TEXT: Json = {"type": ["string", "number", "boolean"]}
BOOLEAN: Json = {"type": "boolean"}
INTEGER: Json = {"type": "integer"}
OWNER: Json = TEXT | {"description": "The person or team to ask about it.", "maxLength": MAX_OWNER}
PATTERNS: Json = {"type": "object", "additionalProperties": TEXT}


def file_schemas() -> dict[str, Json]:
    """Return the schemas by the name of their file, without ``.json``."""
    bodies = {
        "topic": topic_schema(),
        "entities": entities_schema(),
        "vocabulary": vocabulary_schema(),
        "sources": sources_schema(),
        "alerts": alerts_schema(),
    }
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}  # what YAML editors understand
    return {name: head | {"title": name} | body for name, body in bodies.items()}


def topic_schema() -> Json:
    """Return the schema of a file in topics/."""
    query = _said(TEXT, "A query: docs/query-language.md.")
    fields = _one_or_more({"enum": list(SCORED_FIELDS)})
    allow = _said(PATTERNS, "Warnings that are meant: code and reason.")
    points = _mapping(dict.fromkeys((*SCORED_FIELDS, "most"), INTEGER))
    rule = _mapping(
        {
            "id": ID,
            "weight": _said({"anyOf": [INTEGER, points]}, "Points once, or by field."),
            "query": query,
            "in": _said(fields, "The fields that the query searches."),
            "unless": _said(_one_or_more(TEXT), "Rules none of which may fire."),
            "allow": allow,
        },
        required=("id", "query"),
    )
    alert = _mapping({"severity": _word(SEVERITIES), "max_age": DURATION, "spike": _word(SPIKES)})
    term = {"anyOf": [TEXT, _mapping({"file": TEXT}, required=("file",))]}
    terms = {"type": "object", "additionalProperties": term}
    keys = {
        "id": ID,
        "title": _said(TEXT, "What people read."),
        "languages": _said(_list(LANGUAGE), "Only articles in these languages match."),
        "threshold": _said({"type": "integer", "minimum": 1}, "The score that makes a match."),
        "state": _said(_word(TopicState), "draft and shadow notify nobody."),
        "terms": _said(terms, "Queries by name, used as $name."),
        "deny": {"type": "object", "additionalProperties": _list(TEXT)},
        "rules": _list(rule),
        "query": query,
        "in": fields,
        "entities": _list(TEXT),
        "alert": alert,
        "max_age": _said(DURATION, "Older articles alert nobody."),
        "publish": _said(BOOLEAN, "Copy the matches to a stream of its own."),
        "owner": OWNER,
        "tests": _list(_test_schema()),
        "allow": allow,
    }
    return _mapping(keys, required=("id",))


def _test_schema() -> Json:
    expected = {
        "name": TEXT,
        "match": BOOLEAN,
        "rules": _list(TEXT),
        "rules_include": _list(TEXT),
        "score_max": INTEGER,
    }
    texts: Json = dict.fromkeys(ARTICLE_FIELDS, TEXT)
    lists = {"authors": _one_or_more(TEXT), "zones": _list({"type": "object"})}
    return _mapping(texts | lists | expected, required=("name", "match"))


def entities_schema() -> Json:
    """Return the schema of a file in entities/."""
    alias = _mapping(
        {"alias": TEXT, "language": LANGUAGE, "skeleton": BOOLEAN}, required=("alias",)
    )
    aliases = _list({"anyOf": [TEXT, alias]})
    entity = _mapping(
        {
            "id": ID,
            "type": _word(("person", "organisation", "place", "other")),
            "name": TEXT,
            "aliases": _said(aliases, "Ways to write the name."),
            "demonyms": _said(aliases, "Words for its people, and its adjectives."),
            "deny": _list(TEXT),
            "skeleton": _said(BOOLEAN, "Other transliterations of Slavic names are found."),
            "wikidata": {"type": "string", "pattern": "^Q[1-9][0-9]*$"},
        },
        required=("id", "name"),
    )
    return _list(entity)


def vocabulary_schema() -> Json:
    """Return the schema of a file in vocabulary/."""
    sentence = {"anyOf": [TEXT, {"type": "object", "additionalProperties": TEXT}]}
    concept = _mapping(
        {
            "id": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
            "forms": _said(PATTERNS, "A query for each language, by its two letters."),
            "tests": _mapping({"match": _list(sentence), "no_match": _list(sentence)}),
        },
        required=("id", "forms"),
    )
    return _list(concept)


def sources_schema() -> Json:
    """Return the schema of sources.yaml."""
    feed = _mapping(
        {
            "url": TEXT,
            "kind": _word(("feed", "sitemap", "page")),
            "every": _said(DURATION, "An interval that beats every other one."),
            "links": _said(TEXT, "CSS selector of the links on a page."),
            "paused": _said(BOOLEAN, "It is not polled."),
        },
        required=("url",),
    )
    outlet = _mapping(
        {
            "id": ID,
            "name": TEXT,
            "country": LANGUAGE,
            "language": LANGUAGE,
            "time_zone": _said(TEXT, "Of times without a zone: an IANA name."),
            "tier": _word(Tier),
            "selectors": _mapping({"body": TEXT, "remove": _one_or_more(TEXT)}),
            "legacy_tls": BOOLEAN,
            "full_text": _said(TEXT, "In the archive: always, never, or a duration such as 30d."),
            "feeds": _list({"anyOf": [TEXT, feed]}),
        },
        required=("id", "feeds"),
    )
    return _mapping({"outlets": _list(outlet)}, required=("outlets",))


def alerts_schema() -> Json:
    """Return the schema of alerts.yaml; options of receivers differ by kind and are not in it."""
    hours = {"anyOf": [TEXT, _list(TEXT), {"type": "object"}]}
    names = _one_or_more(TEXT)
    receiver = _mapping(
        {
            "id": ID,
            "kind": _word(RECEIVERS),
            "was": ID,
            "max_per_minute": INTEGER,
            "canary": BOOLEAN,
            "owner": OWNER,
        },
        required=("id", "kind"),
    ) | {"additionalProperties": True}
    step = _mapping({"after": DURATION, "receivers": names}, required=("after", "receivers"))
    route = _mapping(
        {
            "match": _said(PATTERNS, f"Labels to patterns; kinds: {', '.join(KINDS)}."),
            "receivers": names,
            "group_wait": TEXT,
            "max_per_hour": TEXT,
            "quiet_hours": hours,
            "active": hours,
            "escalate": _list(step),
            "digest": TEXT,
            "time_zone": TEXT,
        }
    )
    silence = _mapping({"match": PATTERNS, "until": TEXT, "reason": TEXT, "by": TEXT})
    digest = _mapping(
        {
            "id": ID,
            "receivers": names,
            "cron": TEXT,
            "time_zone": TEXT,
            "match": PATTERNS,
            "empty": _word(("skip", "send")),
        },
        required=("id", "cron"),
    )
    return _mapping(
        {
            "console_url": TEXT,
            "time_zone": TEXT,
            "quiet_hours": hours,
            "receivers": _list(receiver),
            "routes": _list(route),
            "silences": _list(silence),
            "digests": _list(digest),
            "inhibit": _list(_mapping({"source": PATTERNS, "target": PATTERNS})),
        }
    )


def _mapping(keys: Json, required: Iterable[str] = ()) -> Json:
    body: Json = {"type": "object", "properties": keys, "additionalProperties": False}
    return body | ({"required": list(required)} if required else {})


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _one_or_more(items: Json) -> Json:
    return {"anyOf": [items, _list(items)]}


def _word(words: Iterable[str]) -> Json:
    return {"enum": sorted(map(str, words))}


def _said(schema: Json, description: str) -> Json:
    return schema | {"description": description}
