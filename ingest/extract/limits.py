"""How much of a page is read: numbers, each with its reason.

The client limits bytes (``WIREWATCH_HTTP_MAX_PAGE_BYTES``). Of 400 news pages of 60 countries the
largest has 8,100 tags, 22,000 signs of equality and 21,000 ampersands, scripts included, in 1.7 MB.
"""

from __future__ import annotations

MOST_TAGS = 25_000
"""How many ``<`` of a page are read. Reading one takes up to 80 µs, since trafilatura counts the
children of an element again for each of them."""

MOST_REFERENCES = 150_000
"""How many ``&`` of a page are read."""

MOST_ATTRIBUTES = 150_000
"""How many ``=`` of a page are read; an attribute takes 200 bytes in the tree."""

LONGEST_TAG = 20_000
MOST_TAG_ATTRIBUTES = 2_000
"""A tag of more characters than ``LONGEST_TAG`` that seems to have more attributes than this loses
all of them. Values with data for scripts may be longer, but have no attributes in them."""

LONGEST_PAGE = 4_000_000
"""Characters of a page that are read; the article is in the first third of nearly every page."""

LONGEST_TEXT = 200_000
"""Characters of an article's text. Long magazine articles have 50,000."""

MOST_SCRIPTS = 100
"""How many scripts with JSON-LD are read."""

MOST_ZONES = 200
"""How many runs of blocks that were cut are kept with an article."""

LONGEST_ZONES = 200_000
"""Characters of all of them together."""

LONGEST_TITLE = 1_000
"""Characters of a title, as of one in a feed."""
