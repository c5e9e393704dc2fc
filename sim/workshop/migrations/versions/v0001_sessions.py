"""Sessions, their log of actions, their keys and their seats."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("delete_on", sa.Date, nullable=False),
        sa.Column("setup", sa.Text, nullable=False),
    )
    op.create_index("ix_sessions_delete_on", "sessions", ["delete_on"])
    op.create_table(
        "actions",
        sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("token", sa.String(80), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.UniqueConstraint("session_id", "actor", "token", name="one_action_a_token"),
    )
    op.create_table(
        "keys",
        sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("who", sa.String(40), primary_key=True),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(128), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_s", sa.Double, nullable=False),
    )
    op.create_table(
        "seats",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("team", sa.String(40), nullable=False),
        sa.Column("since_s", sa.Double, nullable=False),
    )
    op.create_index("ix_seats_session_id", "seats", ["session_id"])
