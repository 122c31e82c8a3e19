"""Keep both texts of a page of which two readings differ, until it is read otherwise."""

from __future__ import annotations

from core.messages import ArticleRevision
from core.store import Connection
from core.store.disputed_pages import (
    LONGEST_TEXT,
    DisputedPage,
    delete_disputed,
    save_disputed,
)
from core.text.clean import cut
from ingest.pages.article_revision import PageRead


def note_dispute(
    connection: Connection, article_id: str, message: ArticleRevision | None, page: PageRead
) -> None:
    """Store whether a page is disputed, in the transaction that stores its article.

    Args:
        connection: A write transaction.
        article_id: The article of the page.
        message: Its new revision; None where the page says the same as before, and what is stored
            of its dispute then stays, unless it has ended.
        page: The page as it was read.
    """
    dispute = page.extracted.dispute
    if dispute is None:
        delete_disputed(connection, article_id)
    elif message is not None:
        text = "\n".join(filter(None, (message.lead, message.text)))
        row = DisputedPage(
            article_id=article_id,
            outlet=message.outlet,
            url=message.url,
            title=message.title,
            reason=dispute.reason,
            source=dispute.source,
            text=cut(text, LONGEST_TEXT),
            size=len(text),
            other_source=dispute.other_source,
            other=cut(dispute.other, LONGEST_TEXT),
            other_size=dispute.other_size,
            at=page.fetched_at,
        )
        save_disputed(connection, row)
