"""The demo: the ordinary program on a newsroom that comes with it, without any network.

::

    bundle/ ──▶ newsroom ── timetable ──▶ publisher ──▶ server (loopback) ◀── `wirewatch run`
                                                                                    │
    bundle/expected.yaml ──▶ expectations ◀── results ◀── observer ◀── streams ◀────┘
                                  └──▶ summary, lookalikes ──▶ screen

``runner`` starts and ends all of it, in a ``workspace``. Nothing here decides anything about news:
it publishes, observes and compares.
"""
