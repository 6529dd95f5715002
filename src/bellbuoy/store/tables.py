"""The tables of the state, in DESIGN's words. Moments are integers in UTC: microseconds; window starts: seconds."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

#: Names for constraints, so that migrations can speak of them on every database.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: A model under watch, and how many cycles it has behind it.
model = Table(
    "model",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("cycle", Integer, nullable=False, default=0),
    Column("cycled_at", BigInteger),
    Column("facts", JSON, nullable=False, default=dict),
)

#: Where each source of a model was left.
cursor = Table(
    "cursor",
    METADATA,
    Column("model", ForeignKey("model.id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("mark", JSON, nullable=False),
)

#: A line through time: one column of one version, whole or one segment, at one grain.
series = Table(
    "series",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model", ForeignKey("model.id"), nullable=False),
    Column("grain", Text, nullable=False),
    Column("column", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("segment", Text, nullable=False),
    UniqueConstraint("model", "grain", "column", "version", "by", "segment", name="uq_series_line"),
)

#: Names of categories, so that cells hold small numbers.
category = Table(
    "category",
    METADATA,
    Column("model", ForeignKey("model.id"), primary_key=True),
    Column("code", Integer, primary_key=True),
    Column("name", Text, nullable=False),
)

#: The counts of one series in one window (`profiles/profile.py` says what each is).
profile = Table(
    "profile",
    METADATA,
    Column("series", ForeignKey("series.id"), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("nulls", BigInteger, nullable=False),
    Column("nans", BigInteger, nullable=False),
    Column("plus_infinities", BigInteger, nullable=False),
    Column("minus_infinities", BigInteger, nullable=False),
    Column("zeros", BigInteger, nullable=False),
    Column("total", Float),
    Column("squares", Float),
    Column("low", Float),
    Column("high", Float),
    Column("scale", SmallInteger, nullable=False),
    Column("other", BigInteger, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("cells", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

#: Scores joined with labels, per window of the prediction, by the age at which labels were known; and scores without.
outcome = Table(
    "outcome",
    METADATA,
    Column("series", ForeignKey("series.id"), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("parts", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

#: Files of the ledger that a committed cycle vouches for (`store/ledger.py`).
ledger = Table(
    "ledger",
    METADATA,
    Column("model", ForeignKey("model.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

#: What the reference set says of each column, given the others (`profiles/twin.py`).
twin = Table(
    "twin",
    METADATA,
    Column("model", ForeignKey("model.id"), primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

#: Something odd about the data, told once.
note = Table(
    "note",
    METADATA,
    Column("model", ForeignKey("model.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("where", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

#: Alarms: one row per firing of a rule on a series, and the open state of each rule.
alarm = Table(
    "alarm",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("model", ForeignKey("model.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("pending_at", BigInteger),
    Column("fired_at", BigInteger),
    Column("calm_since", BigInteger),
    Column("resolved_at", BigInteger),
    Column("value", Float),
    Column("threshold", Float),
    Column("start", BigInteger),
    Column("end", BigInteger),
    Column("reason", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("column", Text),
    Column("by", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("version", Text),
    Column("severity", Text, nullable=False),
    Column("incident", Text),
    Column("withdrawn_at", BigInteger),
    Column("facts", JSON, nullable=False),
    Index("ix_alarm_model_name", "model", "name"),
)

#: Incidents: alarms of one cause, with what Bellbuoy makes of them.
incident = Table(
    "incident",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("model", ForeignKey("model.id"), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("headline", Text, nullable=False),
    Column("owner", Text),
    Column("facts", JSON, nullable=False),
    Index("ix_incident_model", "model", "opened_at"),
)

#: The timelines of incidents; rows are added only. People add to them while a cycle does.
event = Table(
    "event",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model", ForeignKey("model.id"), nullable=False),
    Column("incident", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("who", Text),
    Column("facts", JSON, nullable=False),
    Index("ix_event_incident", "incident"),
)

#: What people say that an alarm or an incident was. A table of its own: a cycle writes alarms and incidents over, and
#: must neither lose what is said meanwhile nor be stopped by it.
mark = Table(
    "mark",
    METADATA,
    Column("of", Text, primary_key=True),
    Column("model", ForeignKey("model.id"), nullable=False),
    Column("mark", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text),
    Column("note", Text, nullable=False),
)
