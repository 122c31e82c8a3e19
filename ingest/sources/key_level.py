"""What identifies the entries of a feed."""

from __future__ import annotations

from enum import StrEnum


class KeyLevel(StrEnum):
    """What identifies the entries of a feed, in the order in which levels are given up."""

    ID = "id"
    LINK = "link"
    LINK_DATE = "link_date"
    LINK_DATE_TITLE = "link_date_title"
    CONTENT = "link_date_title_content"
    TITLE_DATE = "title_date"
    """For a feed whose links change at every poll; not a step of the ladder."""


LADDER = (
    KeyLevel.ID,
    KeyLevel.LINK,
    KeyLevel.LINK_DATE,
    KeyLevel.LINK_DATE_TITLE,
    KeyLevel.CONTENT,
)
