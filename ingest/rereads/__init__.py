"""Re-reads: pages that people were told of, or that a feed says have changed, are read again.

::

    told articles, signals of feeds
        ▼
    rereads ──lease──▶ robots.txt ── GET (conditional) ── classify ──▶ PageState
                                                             │ changed: a new revision
       another page of the outlet answers? ◀── missing ──────┤
                                                             ▼
    one transaction: revision · outbox · next time ◀── next_reread (pure)

A page that is missing twice, an hour apart, while another page of its outlet can be read, has
vanished: that is announced as a revision that is ``gone``.
"""
