"""What the people who write topics work with: trials, word lists, comparisons, suggestions.

::

    files         a topic by its id, by the path of a file anywhere, or as a git revision has it
    headlines     labelled headlines ──▶ trial       precision, recall and the words that did it
    corpus        stored articles    ──▶ expansion   the words that a term finds
                  or a file               comparison  what a change of a topic gains and loses
                                          backtest    matches and messages of a topic
                                          suggestions words to add and to exclude

The commands are in :mod:`wirewatch.cli.topics`. Nothing here writes to the store.
"""
