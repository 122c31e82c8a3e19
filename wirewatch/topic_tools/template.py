"""The file of a new topic: short form, with comments, and sound from the first moment."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from config.errors import UsageError
from processors.query import parse

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
"""Where the schemas for editors are, in a checkout."""

_OPERATORS = frozenset({"and", "or", "not", "near", "except", "onear"})


def default_query(topic_id: str) -> str:
    """Return a query for the words of an id."""
    words = [word for word in topic_id.split("-") if word and word not in _OPERATORS]
    return " AND ".join(words or [f'"{topic_id}"'])


def check_query(query: str) -> None:
    """Check that a query can be parsed.

    Raises:
        UsageError: It cannot.
    """
    for problem in parse(query).problems:
        if problem.is_error:
            raise UsageError(f"The query {query!r}: {problem.message}", mend=problem.mend)


def topic_file(topic_id: str, title: str, query: str, path: Path) -> str:
    """Return the text of a new topic's file.

    Args:
        topic_id: Its id.
        title: Its title; empty for one made of the id.
        query: Its query; empty for the words of the id.
        path: Where the file will be, for the reference to the schema.
    """
    readable = topic_id.replace("-", " ").capitalize()
    example = " ".join(re.findall(r"[\w-]+", query.replace("$", ""))) if query else readable
    lines = f"""\
{_schema_line(path)}# All keys are in docs/topics.md, the query language in docs/query-language.md.
id: {topic_id}
title: {json.dumps(title or readable, ensure_ascii=False)}
state: draft                # draft: matches are published; live: people are notified
# languages: [de, en]       # only articles in these languages; all where it is left out
# A bare word finds all its forms, in German its compounds too: `wirewatch topics expand WORD`.
# Ask for words in one sentence with NEAR/S, one after the other with "quotes", instead with OR.
# Concepts save collecting words: $minister NEAR/S $resignation. docs/vocabulary.md lists them.
query: >-
  {query or default_query(topic_id)}
# entities: [nato]          # entities of config/entities that the query uses as entity:nato
# alert: {{severity: normal}} # low, normal, high or urgent
"""
    return lines + _tests(example, bool(query))


def _tests(example: str, is_own_query: bool) -> str:
    if is_own_query:
        return """\
# Headlines it must find, and some that look alike and that it must not find. Until there are some,
# `check` warns of it (W107).
# tests:
#   - {name: "says it plainly", language: en, title: "…", match: true}
#   - {name: "another subject", language: en, title: "…", match: false}
"""
    return f"""\
# Headlines it must find, and some that look alike and that it must not find.
tests:
  - {{name: "says it plainly", title: {json.dumps(example, ensure_ascii=False)}, match: true}}
  - {{name: "another subject", title: "Rain is expected on Sunday", match: false}}
"""


def _schema_line(path: Path) -> str:
    """Return the comment that tells editors the schema, or nothing where there is none."""
    schema = SCHEMAS / "topic.json"
    if not schema.is_file():
        return ""
    relative = os.path.relpath(schema, path.parent.absolute())
    return f"# yaml-language-server: $schema={relative}\n"
