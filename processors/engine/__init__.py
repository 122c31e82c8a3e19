"""The engine: all rules of all topics, compiled once, against one article at a time.

::

    topics ──compile──▶ RuleSet: one automaton over every literal, postings, programs
                           │
    article ──normalise──▶ View ──one automaton pass──▶ literals that stand in it
                           │                                │ counted per rule: all it needs?
                           │                                ▼
                           └────positions────────▶ programs of the few rules left ──▶ hits

A RuleSet never changes; a reload compiles another and swaps the reference. bench/matching.py says
what it costs.
"""
