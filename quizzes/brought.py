"""Reads of questions on their way in: what was read from a file, what was chosen for it, what is here already."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import select

from lms.api.work import Text, connection
from quizzes.formats.question import Question, Told, body_of, likeness
from quizzes.models import Import, Item, ItemDraft, ItemVersion

M, IT, V, D = Import.__table__, Item.__table__, ItemVersion.__table__, ItemDraft.__table__
DRAFT, TAKEN, TAKEN_OUT = range(3)


class ImportRow(Struct, frozen=True):
    """An import without what was read."""

    id: int
    uuid: UUID
    bank_id: int
    pool: str
    name: str
    form: str
    state: int
    choices: Mapping[str, Any]
    questions: int
    made: Sequence[int]
    taken_out: int
    retired: int
    made_by: int
    made_at: int
    changed_at: int

    @property
    def is_draft(self) -> bool:
        """Whether nothing of it is in the bank yet."""
        return self.state == DRAFT

    @property
    def is_taken(self) -> bool:
        """Whether its questions are in the bank."""
        return self.state == TAKEN


@dataclass
class Staged:
    """What was read from a file. `files`: what was made of its pictures, by the names that questions use."""

    questions: list[Question] = field(default_factory=list)
    problems: list[Told] = field(default_factory=list)
    losses: list[Told] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)


_ROW = select(*(M.c[name] for name in ImportRow.__struct_fields__))


def imports(bank_id: int, most: int = 30) -> list[ImportRow]:
    """The imports of a bank, the newest first."""
    return [ImportRow(*row) for row in connection().execute(_ROW.where(M.c.bank_id == bank_id)
            .order_by(M.c.id.desc()).limit(most))]  # fmt: skip


def import_by_uuid(uuid: UUID, *, hold: bool = False) -> ImportRow | None:
    """An import; `hold` keeps others from changing it until the transaction ends."""
    wanted = _ROW.where(M.c.uuid == uuid)
    row = connection().execute(wanted.with_for_update() if hold else wanted).first()
    return ImportRow(*row) if row else None


def staged(import_id: int) -> Staged:
    """What was read for an import."""
    row = connection().execute(select(M.c.content, M.c.files).where(M.c.id == import_id)).one()
    held = json.loads(zlib.decompress(row.content))
    return Staged(
        [_question(one) for one in held["questions"]], [_told(one) for one in held["problems"]],
        [_told(one) for one in held["losses"]], dict(row.files),
    )  # fmt: skip


def packed(found: Staged) -> bytes:
    """What was read, as it is stored."""
    held = {
        "questions": [{k: _texts(v) if k in ("problems", "losses") else v for k, v in _flat(q).items()}
                      for q in found.questions],
        "problems": [_kept(one) for one in found.problems], "losses": [_kept(one) for one in found.losses],
    }  # fmt: skip
    return zlib.compress(json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def _flat(question: Question) -> dict[str, Any]:
    return {k: v for k, v in vars(question).items() if v not in ("", 0, None, [])}


def _texts(texts: Sequence[Text]) -> list[dict[str, Any]]:
    return [{"msgid": text.msgid, "values": {k: _value(v) for k, v in text.values.items()}} for text in texts]


def _value(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


def _kept(told: Told) -> dict[str, Any]:
    return {**structs.asdict(told), "text": _texts([told.text])[0]}


def _told(held: Mapping[str, Any]) -> Told:
    return Told(Text(held["text"]["msgid"], held["text"]["values"]), held["where"], held["line"])


def _question(held: Mapping[str, Any]) -> Question:
    texts = {key: [Text(one["msgid"], one["values"]) for one in held.get(key, ())] for key in ("problems", "losses")}
    return Question(**{**held, **texts})


def likenesses(bank_id: int) -> dict[str, str]:
    """What the questions of a bank ask that are in use or drafted, and the short name of each."""
    database, found = connection(), dict[str, str]()
    for table, join in ((V, V.c.id == IT.c.current_id), (D, D.c.item_id == IT.c.id)):
        wanted = select(IT.c.slug, table.c.type, table.c.body).join(table, join).where(IT.c.bank_id == bank_id)
        for row in database.execute(wanted.where(IT.c.retired_at.is_(None))):
            found.setdefault(likeness(row.type, row.body), row.slug)
    return found


def same_as(questions: Sequence[Question], held: Mapping[str, str]) -> list[str]:
    """For each question the short name of one in the bank that asks the same, the number of an earlier one, or ""."""
    found, before = [], dict[str, str]()
    for number, question in enumerate(questions, 1):
        like = likeness(question.kind, body_of(question))
        found.append(held.get(like) or before.get(like, ""))
        before.setdefault(like, f"#{number}")
    return found
