"""The declarative base of every table, and the column types that this product uses."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, Date, DateTime, Integer, MetaData, SmallInteger, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; SQLite, which has no time zones, keeps it as UTC without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone must not be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# BIGINT, except as a SQLite primary key, where only INTEGER is the row's own number.
BigId = BigInteger().with_variant(Integer(), "sqlite")
NO_FILES = {"files": False}  # of a column of JSON, or of strings of 64: it never names a file of the store
Json = JSON().with_variant(JSONB(), "postgresql")


def plain(length: int) -> String:
    """Text compared sign by sign whatever the database's language is: what is sorted or searched by made keys."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Id = Annotated[int, mapped_column(BigId, primary_key=True)]
LinkId = Annotated[uuid.UUID, mapped_column(Uuid(), unique=True, default=uuid.uuid4)]
Moment = Annotated[datetime, mapped_column(UtcDateTime())]
Stamp = Annotated[int, mapped_column(BigInteger())]  # seconds since 1970, UTC
Small = Annotated[int, mapped_column(SmallInteger())]
Slug = Annotated[str, mapped_column(String(64))]

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of every package. A table's prefix says whose it is."""

    __table__: ClassVar[Table]  # never a join or a subquery, so Core statements may insert into it

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            date: Date(),
            dict[str, Any]: Json,
            list[Any]: Json,
            uuid.UUID: Uuid(),
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
