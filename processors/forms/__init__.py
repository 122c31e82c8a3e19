"""The forms of words: what a bare word of a query finds in a text.

::

    words of the rules ─▶ dictionary, backwards (a process of its own) ─▶ WordForms ─▶ stored
                                                                              │
    a word of a text ─▶ one of the forms? a compound with one? ◀──────────────┘
                          processors.engine.words      compounds, lexicon

A dictionary takes seconds to load, so that forms are made when a word is first used in a rule, and
kept. The lexicon that compounds are checked with is a file that processes map into memory.
"""
