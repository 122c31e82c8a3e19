"""How the targets of receivers are doing.

Revision 0004, after 0003. A row for each target that failed, or whose rate is limited; a target
without one works.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.store.column_types import SafeText, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "receiver_targets",
        sa.Column("receiver", sa.String(200), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("rejected_at", sa.JSON(), nullable=False),
        sa.Column("broken_since", UtcDateTime(), nullable=True),
        sa.Column("reason", SafeText(), nullable=False),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("probe_at", UtcDateTime(), nullable=True),
        sa.Column("paid_until", UtcDateTime(), nullable=True),
        sa.Column("send_after", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", "target", name="pk_receiver_targets"),
    )
    for column in ("broken_since", "updated_at"):
        op.create_index(f"ix_receiver_targets_{column}", "receiver_targets", [column])
