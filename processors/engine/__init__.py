"""The engine: all rules of all topics, compiled once, against one article at a time.

::

    topics ──compile──▶ RuleSet: one automaton over every literal, postings, programs
                           │
    article ──tokenise──▶ ArticleIndex ──one pass of the automaton──▶ literals that occur in it
                           │                                 │ per rule: all it requires?
                           │                                 ▼
                           └─────positions────────▶ programs of the few rules left ──▶ hits

A RuleSet is immutable; a reload compiles another and swaps the reference. bench/matching.py
measures what it costs.
"""
