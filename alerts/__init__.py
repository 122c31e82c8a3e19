"""The alerts stage: from ``news.matches`` to people.

::

    news.matches ─▶ worker ─▶ prepare ─▶ load_context ─▶ decide ─▶ persist, in one transaction
                                            │ copies                 │  decisions, stories, alerts,
                                            │ stories                │  notifications, deliveries,
                                            │                        │  outbox ─▶ news.alerts
                                            │                        └ plan, notification
                                            ▼
              dispatcher ─▶ receivers (console, webhook, email) ─▶ people

All state is in the store: any number of processes can decide and deliver at the same time.
"""
