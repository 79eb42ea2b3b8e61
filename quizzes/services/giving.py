"""Gives questions of a bank out: as a package, GIFT, Moodle XML, Excel, or a paper to print."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app
from msgspec import Struct
from sqlalchemy import or_, select

from lms.api.data import FileStore
from lms.api.media import CARRIED, to_carry
from lms.api.packages import export_package, known_parts, pictures_named, write_package
from lms.api.work import Invalid, Text, _, audit, connection
from quizzes.drafts import BankRow
from quizzes.formats import checking, gift, moodle, printed, workbook
from quizzes.formats.printed import Asked, Words
from quizzes.formats.question import Question, Told, Written, question_of
from quizzes.models import Item, ItemTag, ItemVersion

IT, V, T = Item.__table__, ItemVersion.__table__, ItemTag.__table__
MOST_PRINTED = 200  # questions on one paper
MOST_GIVEN = 10_000

NOTHING = _("There is no question to give out. Choose another pool or skill.")


class Given(Struct, frozen=True):
    """A question in use as it is stored."""

    slug: str
    pool: str
    type: str
    body: Mapping[str, Any]

    @property
    def question(self) -> Question:
        """The question on its way out."""
        return question_of(self.slug, self.type, self.body)


def chosen(bank_id: int, pool: str = "", skill: str = "", most: int = MOST_GIVEN) -> list[Given]:
    """The questions in use of a bank, in the order in which they were made."""
    wanted = (
        select(IT.c.slug, IT.c.pool, V.c.type, V.c.body)
        .join(V, V.c.id == IT.c.current_id)
        .where(IT.c.bank_id == bank_id, IT.c.retired_at.is_(None))
        .order_by(IT.c.id)
        .limit(most)
    )
    if pool:
        wanted = wanted.where(IT.c.pool == pool)
    if skill:
        under = select(T.c.item_id).where(or_(T.c.code == skill, T.c.code.startswith(f"{skill}.", autoescape=True)))
        wanted = wanted.where(IT.c.id.in_(under))
    return [Given(*row) for row in connection().execute(wanted)]


def _files(rows: Sequence[Given]) -> dict[str, bytes]:
    """The bytes of the pictures of questions, by names that no two of them share; the bodies keep theirs."""
    store: FileStore = current_app.extensions["lms.files"]
    found = {}
    for row in rows:
        for name, facts in (row.body.get("files") or {}).items():
            found[f"{row.slug}-{name}"] = store.get(to_carry(facts, CARRIED)["key"])
    return found


def as_package(bank: BankRow, rows: Sequence[Given], may_read: Callable[[int], bool]) -> Written:
    """The questions as a package, with the frameworks and lessons that they name. Nothing is lost."""
    package = export_package(None, may_read, [row.slug for row in rows], (bank.slug, bank.title))
    stream = io.BytesIO()
    write_package(package, stream, known_parts())
    return Written(stream.getvalue(), ())


def as_gift(bank: BankRow, rows: Sequence[Given]) -> Written:
    """The questions as GIFT."""
    return gift.write([row.question for row in rows], bank.title)


def as_moodle(bank: BankRow, rows: Sequence[Given]) -> Written:
    """The questions as Moodle XML, their own pictures in it."""
    questions = []
    for row in rows:
        question = row.question
        if question.picture:
            question.picture = {**question.picture, "file": f"{row.slug}-{question.picture['file']}"}
        questions.append(question)
    return moodle.write(questions, bank.title, _files(rows))


def as_excel(rows: Sequence[Given]) -> Written:
    """The questions as an Excel workbook."""
    return workbook.write([row.question for row in rows], checking.text_of, checking.same, checking.read_detail)


def as_paper(rows: Sequence[Given], words: Words, count: int, seed: int, *, with_key: bool) -> Written:
    """The questions as PDF, in so many codes. What cannot be answered with a pen is left out and told."""
    told, asked = list[Told](), list[Asked]()
    for row in rows:
        question = row.question
        if not printed.can_be_printed(row.type):
            told.append(Told(_("It cannot be answered with a pen and is left out."), row.slug))
            continue
        files = row.body.get("files") or {}
        picture = files.get(question.picture["file"]) if question.picture else None
        picture = picture or files.get((question.data.get("picture") or {}).get("file", ""))
        asked.append(Asked(row.type, question.stem, question.data, question.message, picture, files))
    if not asked:
        raise Invalid(NOTHING)
    if len(asked) > MOST_PRINTED:
        raise Invalid(
            _(
                "A paper holds at most {most} questions; {n} were chosen. Choose a skill.",
                most=MOST_PRINTED,
                n=len(asked),
            )
        )
    store: FileStore = current_app.extensions["lms.files"]
    return Written(printed.pdf(printed.codes(asked, count, seed), words, store.get, with_key=with_key), tuple(told))


def record(bank: BankRow, rows: Sequence[Given], form: str, by_id: int) -> None:
    """Notes in the journal that exam questions were given out. Inside a unit of work."""
    exam = sum(row.pool == "exam" for row in rows)
    if exam:
        audit.record(by_id, "items.given", f"bank:{bank.slug}", org=bank.org_id, items=exam, form=form)


def losses(rows: Sequence[Given]) -> dict[str, list[tuple[Text, list[str]]]]:
    """By format what it could not hold of these questions: the sentence, and the questions that it is said of."""
    found: dict[str, list[tuple[Text, list[str]]]] = {}
    for form, written in (
        ("gift", gift.write([row.question for row in rows], "x")),
        ("moodle", moodle.write([row.question for row in rows], "x", _Any())),
    ):
        told: dict[str, tuple[Text, list[str]]] = {}
        for one in written.losses:
            told.setdefault(str(one.text), (one.text, []))[1].append(one.where)
        found[form] = list(told.values())
    pictured = [
        row.slug for row in rows if pictures_named({"picture": row.body.get("picture"), "data": row.body["data"]})
    ]
    found["excel"] = [(_("The picture is left out."), pictured)] if pictured else []
    unprinted = [row.slug for row in rows if not printed.can_be_printed(row.type)]
    found["paper"] = [(_("It cannot be answered with a pen and is left out."), unprinted)] if unprinted else []
    found["package"] = []
    return found


class _Any(dict[str, bytes]):
    """Every picture, with nothing in it: only to ask what would be lost."""

    def get(self, _key: str, _default: bytes | None = None) -> bytes:  # type: ignore[override]
        return b"x"
