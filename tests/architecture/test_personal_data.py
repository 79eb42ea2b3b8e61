"""What says something about a person is declared by its keeper: shown, given out, moved and erased by one list."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.schema import ForeignKeyConstraint

from lms.db.base import Base
from lms.identity.models import Account
from lms.identity.personal import PERSONAL_DATA, Erased, Merged, PersonalTable

NAMES = ("account_id", "actor_id")
ENDS = ("_by", "_by_id")
MOMENTS = {"integrity_case.answer_by", "lms_data_request.act_by", "lms_data_request.answer_by"}  # by when, not by whom


def says_who(column: Column[object]) -> bool:
    """Whether a column says of which person a row is: by its foreign key, or by its name where it has none."""
    if column.foreign_keys:
        return any(key.column is Account.__table__.c.id for key in column.foreign_keys)
    named = column.name in NAMES or column.name.endswith(ENDS)
    return named and isinstance(column.type, (BigInteger, Integer))


def undeclared(tables: list[Table], declared: set[str]) -> list[str]:
    names = [f"{table.name}.{column.name}" for table in tables for column in table.columns if says_who(column)]
    return sorted(set(names) - declared - MOMENTS)


@pytest.fixture
def entries(app: Flask) -> list[PersonalTable]:
    with app.app_context():
        return list(PERSONAL_DATA)


def tables_of(app: Flask) -> list[Table]:
    """The tables of the plugins in use; those that a test has made for itself are not among them."""
    packages = {p.name for p in app.extensions["lms.registry"].plugins}
    return [t for t in Base.metadata.sorted_tables if t.name.split("_")[0] in packages]


def test_every_column_that_says_who_is_declared(app: Flask, entries: list[PersonalTable]) -> None:
    assert undeclared(tables_of(app), {e.name for e in entries}) == []


def test_a_column_that_is_not_declared_would_be_named() -> None:
    table = Table(
        "acme_diary",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("account_id", BigInteger),
        Column("read_by_id", BigInteger),
        Column("kept_by", Integer),
        Column("lent_to", BigInteger, ForeignKey(Account.__table__.c.id)),
        Column("words", Integer),
    )
    found = undeclared([table], {"acme_diary.kept_by"})
    assert found == ["acme_diary.account_id", "acme_diary.lent_to", "acme_diary.read_by_id"]


def test_what_is_declared_is_there_and_is_whole(entries: list[PersonalTable]) -> None:
    for entry in entries:
        columns = entry.table.columns
        assert {entry.person, *entry.shown, *entry.blank, *entry.files} <= set(columns.keys()), entry.name
        assert entry.shown or entry.why_kept is not None or entry.erased is Erased.DELETED, entry.name
        if entry.erased is Erased.KEPT:
            assert entry.why_kept is not None, f"{entry.name}: what is kept has a reason"
        if entry.erased is Erased.BLANKED and entry.person != "id":
            assert entry.blank, f"{entry.name}: nothing would be blanked"
        for name, value in entry.blank.items():
            assert value is not None or columns[name].nullable, f"{entry.name}: {name} cannot be empty"


def test_what_moves_can_be_found_again(entries: list[PersonalTable]) -> None:
    """A row that moves keeps a key besides the person, or the person is all of it; then nothing else points to it."""
    for entry in entries:
        if entry.merged is not Merged.MOVES:
            continue
        assert entry.table.primary_key.columns, entry.name
        if entry.person in entry.table.primary_key.columns:
            pointing = [
                f"{table.name}"
                for table in Base.metadata.sorted_tables
                for rule in table.constraints
                if isinstance(rule, ForeignKeyConstraint) and rule.referred_table is entry.table
            ]
            assert pointing == [], f"{entry.name}: the person is part of a key that others refer to"
