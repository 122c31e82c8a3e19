"""The forms of words: what a bare word of a query finds in a text.

::

    a word of a rule ─▶ dictionary, read backwards ─▶ WordForms ─▶ literals of the automaton
                                                                        │ found in a text
    the word around the literal: one of the forms? a compound? ◀────────┘
                                  processors.engine.words   compounds, lexicon

Dictionary and lexicon are files that all processes map into memory: compiling a rule takes
microseconds a word, and no process carries a dictionary.
"""
