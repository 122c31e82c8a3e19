"""The demo: the ordinary program on a newsroom that comes with it, without any network.

::

    room ── what is published when ──▶ press ──▶ server (loopback) ◀── `wirewatch run`, a child
                                                                             │
    expected.yaml ──▶ verdict ◀── facts ◀── streams ◀────────────────────────┘
                         └──▶ summary ──▶ screen

Nothing here decides anything about news; it publishes, looks on, and compares.
"""
