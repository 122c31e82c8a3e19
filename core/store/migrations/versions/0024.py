"""What identifies the entries of a feed, and other names of entries.

Revision 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "entries", sa.Column("text_hash", sa.String(32), nullable=False, server_default="")
    )
    for name, kind in (("key_level", sa.String(40)), ("key_reason", SafeText())):
        default = "id" if name == "key_level" else ""
        op.add_column("feeds", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("feeds", sa.Column("renamed_at", UtcDateTime()))
    op.create_table(
        "entry_aliases",
        sa.Column("feed_id", sa.String(120), nullable=False),
        sa.Column("alias", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "alias", "entry_id", name="pk_entry_aliases"),
    )
    op.create_index("ix_entry_aliases_entry_id", "entry_aliases", ["entry_id"])
    op.create_index("ix_entry_aliases_seen_at", "entry_aliases", ["seen_at"])
