"""What a unit of work gathers until it commits, and what is read once between two of them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from lms.db.unit_of_work import at_commit, connection, let_go, read_once, unit_of_work


def test_what_is_gathered_is_written_once_at_the_end_or_not_at_all(any_app: Flask) -> None:
    written: list[list[int]] = []

    def write(numbers: list[int]) -> None:
        written.append(list(numbers))
        if 13 in numbers:
            raise ZeroDivisionError

    def gather(*numbers: int) -> None:
        with unit_of_work() as database:
            for number in numbers:
                at_commit(write, [number])
            assert written == [], "not before the end"
            database.execute(text("DELETE FROM certificates_book"))
            row = "INSERT INTO certificates_book (issuer_code, kind, year, last) VALUES ('T', 'XN', 1, :n)"
            database.execute(text(row), {"n": numbers[0]})

    with any_app.app_context():
        gather(1, 2, 3)
        assert written == [[1, 2, 3]]
        del written[:]
        with pytest.raises(ZeroDivisionError):
            gather(5, 13)
        assert connection().execute(text("SELECT last FROM certificates_book")).scalars().all() == [1]
        del written[:]
        with unit_of_work():
            pass
        assert written == [], "nothing is left of what failed"
        with pytest.raises(RuntimeError):
            at_commit(write, [1])


def test_what_is_read_once(app: Flask) -> None:
    asked: list[str] = []

    def ask() -> str | None:
        asked.append("")
        return None

    with app.app_context():
        assert read_once("a", ask) is read_once("a", ask) is None
        assert len(asked) == 1
        read_once("b", ask)
        assert len(asked) == 2
        with unit_of_work():
            read_once("a", ask)
            read_once("a", ask)
        assert len(asked) == 4, "inside a unit of work always"
        read_once("a", ask)
        read_once("a", ask)
        assert len(asked) == 5, "what was read before a write is read again after it"
        let_go()
        read_once("a", ask)
        assert len(asked) == 6
