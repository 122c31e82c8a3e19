"""Poll feeds: when, how, and what an answer means.

::

    feed due ─ conditional request ─ feed_fetcher ─▶ document, 304 or failure
             ─ feed_writer: parse what is new, ingest.entries ─▶ pending entries
             ─ poll_outcome: state, interval, backoff, redirect, health ─▶ the feed, due again
"""
