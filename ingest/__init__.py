"""Ingest: from the web to ``news.articles.v1``.

::

    catalog ──sync──▶ feeds ──due──▶ poll ─────────────▶ entries (pending)
                        ▲             │ conditional GET,     │ due
                        │             │ only what is new     ▼
                   poll_outcome ◀─────┘ is parsed          page: robots.txt, GET, extract
                   (when next, and why)                      │
                                                             ▼
                              one transaction: article, revision, sighting, outbox, entry done

Both steps are durable. A poll stores new and changed entries as *pending* and, last in the same
transaction, the validators of the feed: a crash before it costs one more request, and no later 304
can hide an entry. A page stores the article with its announcement and completes the entry, in one
transaction: a crash before it costs one more request, and nothing is announced twice.

Folders: ``polling`` requests feeds and decides when; ``sources`` parses documents; ``entries``
tells new entries from known ones; ``pages`` reads the page of an entry and decides what it makes of
the article; ``extract`` finds the article on a page. ``rereads`` reads pages again: at set times
those that people were told of, to notice changes and those that have vanished; those of which a
feed says that they have changed; live ones; and articles with a page missing. ``parsing`` runs what
parses in worker processes, ``discovery`` finds the feeds of a site, ``websub`` subscribes to hubs.
``service`` runs it all as ``jobs``, with the dependencies in ``deps``; ``urls``, ``hosts`` and
``robots`` are for all of them.

An item is an entry in a document, new or known, or a page that is read later. Each item ends with
one of these dispositions:

====================== ===========================================================================
``article_new``        announced for the first time, with the text of the page or, if the page
                       cannot be read (yet), of the feed
``article_revised``    a known article was announced with another title or text
``known``              the document shows what it showed before
``unchanged``          the feed shows another text, but the page has not changed
``copy_url``           the article is known from another feed: by its link, or because page and
                       text are the same; the sighting is recorded
``superseded``         the entry changed again before its page was read; the newer version counts
``feed_text``          no attempt at the page succeeded, or each answer was another page than the
                       article's; the text of the feed stays
``page_kept``          the page cannot be read any more; the earlier, fuller text stays
``no_content``         neither the page nor the feed has any text
``page_gone``          a page that people were told of has vanished, which was announced
``repeated``           the document shows the entry once more
``not_an_entry``       nothing identifies it: no guid, link, title or text; or a URL of a sitemap
                       that is no news
``too_many``           beyond a limit of one document; the feed is ``partial`` and says so
``internal_error``     an error of this program at every attempt; the log has the traceback
====================== ===========================================================================
"""
