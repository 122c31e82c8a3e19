"""Lists of alerts walk along an index instead of sorting all alerts for each page.

Revision 0036, after 0035.
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Bring the schema forward."""
    for replaced in ("topic_id", "opened_at", "merged_into"):
        op.drop_index(f"ix_alerts_{replaced}", "alerts")
    op.create_index("ix_alerts_newest", "alerts", ["merged_into", "opened_at", "id"])
    columns = ["topic_id", "merged_into", "opened_at", "id"]
    op.create_index("ix_alerts_topic", "alerts", columns)
