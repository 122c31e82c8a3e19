"""The edge out: from ``news.matches`` to people.

::

    news.matches ─▶ worker ─▶ read ─▶ gather ─▶ decide ─▶ record ─▶ store, in one transaction
                                        │ copies            │           decisions, stories, alerts,
                                        │ stories           │           notifications, deliveries,
                                        │                   │           outbox ─▶ news.alerts
                                        │                   └ routing, notification
                                        ▼
                     deliver ─▶ receivers (console, webhook) ─▶ people

State lives in the store alone: any number of processes decide and deliver from it.
"""
