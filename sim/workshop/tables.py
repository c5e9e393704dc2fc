"""The tables of the store. What changes here needs a migration: `migrations/versions`."""

from sqlalchemy import (
    Column,
    Date,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("created_s", Double, nullable=False),
    Column("delete_on", Date, nullable=False, index=True),
    Column("setup", Text, nullable=False),
)
"""One row a session; what happened in it stands in `actions`."""

ACTIONS = Table(
    "actions",
    METADATA,
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at_s", Double, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("token", String(80), nullable=False),
    Column("action", Text, nullable=False),
    UniqueConstraint("session_id", "actor", "token", name="one_action_a_token"),
)
"""The log, only ever appended to."""

KEYS = Table(
    "keys",
    METADATA,
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("who", String(40), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("hash", String(128), nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("failed_s", Double, nullable=False, default=0.0),
)
"""Hash of each PIN, and the wrong tries since the last right one."""

SEATS = Table(
    "seats",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("team", String(40), nullable=False),
    Column("since_s", Double, nullable=False),
)
"""Tabs that have shown a PIN; only the hash of their token is kept."""

