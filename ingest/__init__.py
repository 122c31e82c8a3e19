"""Ingest: from the web to ``news.articles.v1``.

::

    catalog ──sync──▶ feeds ──due──▶ poll ──────────────▶ entries (pending)
                        ▲             │ conditional GET,      │ due
                        │             │ only what is new      ▼
                     decide ◀─────────┘ is parsed           page: robots.txt, GET, extract
                     (when next, and why)                     │
                                                              ▼
                              one transaction: article, revision, sighting, outbox, entry done

Two durable steps. A poll writes new and changed entries as *pending*, and the feed's validators
last, in one transaction: a crash before it costs one more request, and no 304 can ever hide an
entry. A page writes the article and its announcement and ends the entry, in one transaction:
a crash before it costs one more request, and nothing is announced twice.

Modules: ``interval``, ``backoff``, ``conditional``, ``poll_outcome``, ``admit`` (the entries of a
document), ``revise`` and ``compose`` (the page of an entry) are pure. ``poll``, ``pages``,
``work``, ``scheduler`` and ``service`` do the input and output, with the dependencies in ``deps``.
``outage`` tells an outage of our own connection from failures of publishers. All of them build on
``urls``, ``hosts``, ``robots``, ``sources`` and ``extract``.

An item is an entry as a document shows it, new or known, or a page that is read again later. Each
ends with one of these dispositions:

====================== ===========================================================================
``article_new``        announced for the first time, with the page's text or, where the page could
                       not be had (yet), with the feed's
``article_revised``    a known article announced with another title or text
``known``              the document shows what it showed before
``unchanged``          it said something else, and its page says the same
``copy_url``           the article is known through another feed; a sighting is noted
``superseded``         it changed again before its page was read; the newer version counts
``feed_text``          the page could not be had at any attempt; the feed's text stays
``page_kept``          the page cannot be had any more; the fuller text of before stays
``no_content``         neither page nor feed says anything
``too_many``           over the limit of one document, or without anything to know it by
``too_many_revisions`` the article has been announced in 24 versions
``internal_error``     our own fault, after every attempt; the log has the trace
====================== ===========================================================================
"""
