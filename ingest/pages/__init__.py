"""Read the page of an entry, and decide what it makes of the article.

::

    entry ─ page_fetcher: robots, turn, GET, extraction ─ article_pages: further pages
          ─ wrong_pages, claimed_address: is it the entry's ─ article_revision ─ revise
          ─ page_reader: one transaction ─▶ article, revision, outbox
"""
