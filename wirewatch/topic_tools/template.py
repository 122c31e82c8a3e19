"""The file of a new topic: short, with comments, and sound from the first moment."""

from __future__ import annotations

import json
import os
from itertools import combinations
from pathlib import Path

from config.errors import UsageError
from processors.query import parse
from wirewatch.topic_tools.draft import ANY_PARTY, TopicDraft

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
"""Where the schemas for editors are, in a checkout."""

_PAGES = (
    "# Keys: docs/topics.md. Queries: docs/query-language.md. Concepts ($name): docs/vocabulary.md."
)
BY_PLACE = "{title: 30, lead: 30, text: 10, most: 30}"
"""Points of the rule that is sure: a headline, a lead or two sentences of the text reach 20."""
TERMS = ("subject", "beside", "third", "fourth", "fifth", "sixth")
"""Names of the terms of which an article must have all."""


def check_query(query: str) -> None:
    """Check that a query can be parsed.

    Raises:
        UsageError: It cannot.
    """
    for problem in parse(query).problems:
        if problem.is_error:
            raise UsageError(f"The query {query!r}: {problem.message}", mend=problem.mend)


def topic_file(topic_id: str, title: str, path: Path, draft: TopicDraft | str) -> str:
    """Return the text of a new topic's file.

    Args:
        topic_id: Its id.
        title: Its title; empty for one made of the id.
        path: Where the file will be, for the reference to the schema.
        draft: Its first rules, or its only query.
    """
    readable = topic_id.replace("-", " ").capitalize()
    head = f"""\
{_schema_line(path)}{_PAGES}
id: {topic_id}
title: {json.dumps(title or readable, ensure_ascii=False)}
state: draft                # draft: matches are published; live: people are notified
"""
    return head + (_of_query(draft) if isinstance(draft, str) else _of_draft(draft))


def _of_query(query: str) -> str:
    return f"""\
query: >-
  {query}
{_NO_TESTS}"""


def _of_draft(draft: TopicDraft) -> str:
    names = TERMS[: len(draft.subjects)]
    terms = dict(zip(names, draft.subjects, strict=False))
    if draft.parties:
        terms["parties"] = draft.parties
    used = [f"${name}" for name in terms]
    origins = dict(zip(terms, draft.origins, strict=False))
    lines = "".join(_term(name, query, origins.get(name, "")) for name, query in terms.items())
    return f"""\
threshold: 20
terms:   # add with OR: the noun and the verb, names, what headlines say instead
{lines}rules:
  - id: together            # in one sentence: of the headline, the lead, or two of the text
    query: {_together(used)}
    weight: {BY_PLACE}
{_sure_rule(draft)}{_head_rule(used)}{_headline_rule(draft, used)}{_tests(draft)}"""


def _term(name: str, query: str, origins: str) -> str:
    comment = f"  # {origins}\n" if origins else ""
    return f"{comment}  {name}: >-\n    {query}\n"


def _sure_rule(draft: TopicDraft) -> str:
    """Return the rule for words that are enough alone, as a comment: a person decides."""
    query = draft.sure or "words that say all of it"
    return f"""\
#  - id: sure               # where these are enough alone, take the # away
#    query: >-
#      {query}
#    weight: {BY_PLACE}
"""


def _head_rule(terms: list[str]) -> str:
    """Return the rule for a headline and a teaser that share a subject, as a comment."""
    if len(terms) < 2:
        return ""
    query = f"{terms[0]} NEAR/H {terms[1]}" if len(terms) < 3 else f"ALL/H({', '.join(terms)})"
    return f"""\
#  - id: head               # one in the headline, another in the teaser (lead)
#    query: {query}
#    weight: 20
"""


def _together(terms: list[str]) -> str:
    return " NEAR/S ".join(terms) if len(terms) < 3 else f"ALL/S({', '.join(terms)})"


def _headline_rule(draft: TopicDraft, terms: list[str]) -> str:
    """Return the rule for headlines that leave something out, or a comment about one."""
    if len(terms) > 2:
        pairs = " OR ".join(f"({a} NEAR/S {b})" for a, b in combinations(terms, 2))
        return f"""\
  - id: headline            # a headline that names two of them
    in: title
    weight: 20
    query: >-
      {pairs}
"""
    beside = f"${ANY_PARTY}" if draft.has_any_party else "minister"
    if draft.has_any_party and draft.parties and not draft.names_only:
        return f"""\
  - id: headline            # the subject with any leader, government or party
    in: title
    weight: 20
    query: $subject NEAR/S ($parties OR {beside})
"""
    return f"""\
#  - id: headline           # words that mean it only beside a leader, government or party
#    in: title
#    weight: 20
#    query: (word OR verb) NEAR/S {beside}
"""


_NO_TESTS = """\
# Headlines it must find, and some that look alike and that it must not find. Until there are some,
# `check` warns of it (W107).
# tests:
#   - {name: "says it plainly", language: en, title: "…", match: true}
#   - {name: "another subject", language: en, title: "…", match: false}
"""


def _tests(draft: TopicDraft) -> str:
    if not draft.language:
        return _NO_TESTS
    title, code = json.dumps(draft.example, ensure_ascii=False), draft.language
    return f"""\
tests:                      # headlines it must find, and some that look alike
  - {{name: "says it plainly", language: {code}, title: {title}, match: true}}
  - {{name: "another subject", language: en, title: "Rain is expected on Sunday", match: false}}
"""


def _schema_line(path: Path) -> str:
    """Return the comment that tells editors the schema, or nothing where there is none."""
    schema = SCHEMAS / "topic.json"
    if not schema.is_file():
        return ""
    relative = os.path.relpath(schema, path.parent.absolute())
    return f"# yaml-language-server: $schema={relative}\n"
