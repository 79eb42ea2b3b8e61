"""Brings questions in from files: read, looked at, taken into the bank in one go, taken out again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import delete, func, insert, or_, select, update

from lms.api.data import insert_many
from lms.api.media import Received, keep_made, made_now
from lms.api.packages import pictures_named
from lms.api.work import Conflict, Invalid, Text, _, audit, clock, connection, unit_of_work
from quizzes import brought
from quizzes.brought import DRAFT, TAKEN, TAKEN_OUT, ImportRow, Staged
from quizzes.formats import aiken, checking, gift, moodle, opening, paper, word, workbook
from quizzes.formats.checking import Around
from quizzes.formats.columns import LETTERS
from quizzes.formats.drafts import ANSWERABLE
from quizzes.formats.question import Brought, Question, Told, body_of, line_of
from quizzes.items.contract import ITEM_TYPES, exam_only
from quizzes.models import Attempt, Bank, Import, Item, ItemDraft, ItemVersion, PracticeAnswer, Seen
from quizzes.services import drafting, living
from quizzes.services.importing import PICTURE_KINDS
from quizzes.services.living import Signed, Wording

M, IT, V, D = Import.__table__, Item.__table__, ItemVersion.__table__, ItemDraft.__table__
A, B, S, P = Attempt.__table__, Bank.__table__, Seen.__table__, PracticeAnswer.__table__
MOST_PAPERS = 50_000  # that are looked through before a question is deleted; above that it is retired
KEPT_DAYS, LEAST_DAYS = 30, 1
Made = dict[str, tuple[Received, dict[str, Any]]]

NO_SKILL = _("It has no skill yet: choose one here, or one for all.")
NO_ALT = _("Its picture has no words for those who cannot see it. Write them below.")


def read(name: str, content: bytes) -> tuple[str, Brought]:
    """Which kind of file it is, and its questions as they stand there. Raises Invalid saying what to do."""
    kind = opening.kind_of(name, content)
    if kind == "word":
        found = Brought()
        paper.read(word.pieces(content, found), found)
    elif kind == "excel":
        found = workbook.read(content, checking.read_detail)
    elif kind == "xml":
        found = moodle.read(content)
    else:
        text, note = opening.decoded(content)
        found = aiken.read(text) if kind == "aiken" else gift.read(text)
        if note is not None:
            found.lose(note)
    return kind, found


def made_pictures(found: Brought) -> Made:
    """Makes the pictures that questions name small enough for a weak line. Before the unit of work: it takes time.

    One that cannot be shown is told, and the question goes without it.
    """
    named = {n for q in found.questions for n in pictures_named({"picture": q.picture, "data": q.data})}
    made: Made = {}
    for name in sorted(named & found.files.keys()):
        try:
            made[name] = made_now(found.files[name], name, PICTURE_KINDS)
        except Invalid:
            for question in found.questions:
                if name in pictures_named({"picture": question.picture, "data": question.data}):
                    question.lose(_("A picture has a form that cannot be shown (EMF, WMF, or damaged). Add it as PNG."))
                    _without(question, name)
    return made


def _without(question: Question, name: str) -> None:
    if question.picture and question.picture["file"] == name:
        question.picture = None
    for one in question.data.get("options", ()):
        if isinstance(one, dict) and one.get("picture", {}).get("file") == name:
            del one["picture"]


def begin(
    bank_id: int, org_id: int, pool: str, name: str, kind: str, found: Brought, made: Made, around: Around, by_id: int
) -> UUID:  # fmt: skip
    """Keeps what was read as a draft and returns its address. Raises Invalid where there is no question in it."""
    if not found.questions:
        told = [*found.problems, *found.losses]
        raise Invalid(told[0].text if told else _("No question was found in this file."))
    files, renamed = {}, {}
    for number, (old, (came, facts)) in enumerate(made.items(), 1):
        keep_made(came, facts, org_id, by_id)
        renamed[old] = f"anh-{number}.{facts['ending']}"
        files[renamed[old]] = facts
    if any(question.category for question in found.questions):
        found.lose(_("The categories of the file are not kept: questions are found by their skills here."))
    for question in found.questions:
        _rename(question, renamed)
        checking.settle(question, files, around)
    uuid, now = uuid4(), clock.seconds()
    kept = Staged(found.questions, found.problems, found.losses, files)
    connection().execute(
        insert(M).values(
            uuid=uuid, bank_id=bank_id, pool=pool, name=line_of(name)[:200], form=kind, state=DRAFT,
            content=brought.packed(kept), files=files, choices={}, questions=len(found.questions), made=[],
            made_by=by_id, made_at=now, changed_at=now,
        )
    )  # fmt: skip
    return uuid


def _rename(question: Question, renamed: Mapping[str, str]) -> None:
    if question.picture:
        question.picture["file"] = renamed.get(question.picture["file"], question.picture["file"])
    for one in question.data.get("options", ()):
        if isinstance(one, dict) and one.get("picture"):
            one["picture"]["file"] = renamed.get(one["picture"]["file"], one["picture"]["file"])


# --- choosing ---------------------------------------------------------------------------------------------------------


class Ready(Struct, frozen=True):
    """A question as it would be taken in: its number from 1, what still keeps it out, whether it was left out."""

    number: int
    question: Question
    problems: tuple[Text, ...]
    same: str  # one that asks the same: its short name, or #number of this file
    is_out: bool

    @property
    def goes_in(self) -> bool:
        """Whether it will be taken in."""
        return not self.problems and not self.is_out


def ready(found: Staged, row: ImportRow, held: Mapping[str, str]) -> list[Ready]:
    """Every question with what was chosen for it. `held`: what is in the bank already, see `brought.likenesses`.

    What asks the same as another is left out, unless somebody says that it goes in.
    """
    general: list[str] = list(row.choices.get("skills", ()))
    each: Mapping[str, Any] = row.choices.get("each", {})
    same = brought.same_as(found.questions, held)
    made = []
    for number, (question, like) in enumerate(zip(found.questions, same, strict=True), 1):
        own: Mapping[str, Any] = each.get(str(number), {})
        skills = list(own["skills"]) if own.get("skills") else question.skills or general
        picture = question.picture
        if picture and own.get("alt"):
            picture = {**picture, "alt": own["alt"]}
        chosen = replace(question, skills=skills, picture=picture)
        if own.get("right") and is_answerable(question):
            chosen = _answered(chosen, own["right"])
        problems = list(chosen.problems)
        if not skills:
            problems.append(NO_SKILL)
        if picture and not picture["alt"]:
            problems.append(NO_ALT)
        kind = ITEM_TYPES.find(question.kind)
        if row.pool == "practice" and kind is not None and exam_only(kind):
            problems.append(_("Questions of this type are for exams only."))
        is_out = own["out"] if "out" in own else bool(like)
        made.append(Ready(number, chosen, tuple(problems), like, is_out))
    return made


def is_answerable(question: Question) -> bool:
    """Whether a choice lacks nothing but its right answer, which whoever looks at it can say."""
    return (
        question.kind in ("single_choice", "multiple_choice")
        and bool(question.problems)
        and all(problem.msgid in ANSWERABLE for problem in question.problems)
    )


def _answered(question: Question, letters: str) -> Question:
    """The question with these letters as its right answers."""
    options = [
        {**{k: v for k, v in one.items() if k != "correct"}, **({"correct": True} if LETTERS[place] in letters else {})}
        for place, one in enumerate(question.data["options"])
    ]
    kind = "multiple_choice" if len(letters) > 1 else "single_choice"
    data, problems = checking.checked(kind, {"options": options})
    return replace(question, kind=kind, data=data or {"options": options}, problems=problems)


def choose(row: ImportRow, skills: Sequence[str], each: Mapping[str, Mapping[str, Any]]) -> None:
    """Keeps what was chosen: skills for all that have none, and by number what each question gets."""
    merged = {**row.choices.get("each", {}), **each}
    choices = {"skills": list(skills), "each": {number: dict(own) for number, own in merged.items() if own}}
    if choices == row.choices:
        return
    done = connection().execute(
        update(M).where(M.c.id == row.id, M.c.state == DRAFT).values(choices=choices, changed_at=clock.seconds())
    )
    if done.rowcount != 1:
        raise Conflict(_("This file has been taken in already."))


# --- taking in --------------------------------------------------------------------------------------------------------


def take(row: ImportRow, org_id: int, by_id: int) -> int:
    """Makes the questions that are whole and not left out, all at once; returns how many. Twice is once.

    Raises Invalid where there is none.
    """
    if row.is_taken:
        return len(row.made)
    found = brought.staged(row.id)
    rows = ready(found, row, brought.likenesses(row.bank_id))
    chosen = [one for one in rows if one.goes_in]
    if not chosen:
        raise Invalid(_("No question can be taken in yet. Look at what each of them needs."))
    done = connection().execute(update(M).where(M.c.id == row.id, M.c.state == DRAFT).values(state=TAKEN))
    if done.rowcount != 1:
        raise Conflict(_("This file has been taken in already."))
    made = _make(row, org_id, [one.question for one in chosen], found.files, by_id)
    left = [
        Told(text, one.question.name or f"{one.number}", one.question.line)
        for one in rows
        if not one.goes_in
        for text in one.problems or [_("Left out.")]
    ]
    losses = [Told(text, one.question.name, one.question.line) for one in chosen for text in one.question.losses]
    kept = Staged([], [*found.problems, *left], [*found.losses, *losses][:500])
    connection().execute(
        update(M).where(M.c.id == row.id).values(
            content=brought.packed(kept), files={}, choices={}, made=made, changed_at=clock.seconds()
        )
    )  # fmt: skip
    audit.record(
        by_id, "items.brought", f"bank:{_slug_of_bank(row.bank_id)}", org=org_id, items=len(made), form=row.form
    )
    return len(made)


def _slug_of_bank(bank_id: int) -> str:
    return str(connection().execute(select(B.c.slug).where(B.c.id == bank_id)).scalar_one())


def _make(
    row: ImportRow, org_id: int, questions: Sequence[Question], files: Mapping[str, Any], by_id: int
) -> list[int]:
    """Makes items, by a handful of statements whatever their number: in use, or as drafts where somebody else has to
    look at them first.
    """
    bodies = []
    for question in questions:
        body = body_of(question)
        named = pictures_named({"picture": question.picture, "data": question.data})
        if named:
            body["files"] = {name: files[name] for name in sorted(named)}
        bodies.append((question.kind, body))
    if drafting.needs_review(row.pool, org_id):
        return drafting.begin_all(row.bank_id, row.pool, bodies, row.id, by_id)
    slugs = drafting.free_slugs([question.stem for question in questions])
    ids = insert_many(IT, [{"uuid": uuid4(), "slug": slug, "bank_id": row.bank_id, "pool": row.pool} for slug in slugs])
    living.put_in_use(
        [Wording(i, row.pool, kind, body, by_id) for i, (kind, body) in zip(ids, bodies, strict=True)],
        Signed("author", by_id),
    )
    return ids


def _parts(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


# --- taking out again -------------------------------------------------------------------------------------------------


def take_out(row: ImportRow, org_id: int, by_id: int) -> tuple[int, int]:
    """Undoes an import: (questions deleted, questions retired). What anybody was given, answered or worded anew stays.

    Practice questions are retired, never deleted: a lesson may name them, and lessons are not known here.
    """
    if row.state == TAKEN_OUT:
        return row.taken_out, row.retired
    done = connection().execute(update(M).where(M.c.id == row.id, M.c.state == TAKEN).values(state=TAKEN_OUT))
    if done.rowcount != 1:
        raise Conflict(_("There is nothing to take out: this file was never taken in."))
    there = [i for part in _parts(row.made)
             for i in connection().execute(select(IT.c.id).where(IT.c.id.in_(part))).scalars()]  # fmt: skip
    drafting.withdraw_handed(there, by_id)
    if row.pool == "practice":
        stay = set(there) - _never_used(there)
    else:
        stay = _used(there, row.changed_at)
    go = [i for i in there if i not in stay]
    retired = living.retire_all(sorted(stay))
    living.forget(go)
    connection().execute(
        update(M).where(M.c.id == row.id).values(taken_out=len(go), retired=retired, changed_at=clock.seconds())
    )
    audit.record(
        by_id, "items.taken_out", f"bank:{_slug_of_bank(row.bank_id)}", org=org_id, deleted=len(go), retired=retired
    )
    return len(go), retired


def _never_used(ids: Sequence[int]) -> set[int]:
    """Which questions are drafts as the file brought them, of which no version was ever in use."""
    found = set[int]()
    for part in _parts(ids):
        wanted = select(IT.c.id).join(D, D.c.item_id == IT.c.id).where(
            IT.c.id.in_(part), D.c.base == 1, IT.c.id.not_in(select(V.c.item_id).where(V.c.item_id.in_(part)))
        )  # fmt: skip
        found |= set(connection().execute(wanted).scalars())
    return found


def _used(ids: Collection[int], since: int) -> set[int]:
    """Which questions somebody was given or answered, or an author worded anew, since a moment."""
    database, used = connection(), set[int]()
    versions: dict[int, int] = {}
    for part in _parts(sorted(ids)):
        drafted = select(D.c.item_id).where(D.c.item_id.in_(part), or_(D.c.base > 1, D.c.over > 0))
        used |= set(database.execute(drafted).scalars())
        for column in (S.c.item_id, P.c.item_id):
            used |= set(database.execute(select(column).where(column.in_(part)).distinct()).scalars())
        anew = select(V.c.item_id).where(V.c.item_id.in_(part)).group_by(V.c.item_id).having(func.count() > 1)
        used |= set(database.execute(anew).scalars())
        for version_id, item_id in database.execute(select(V.c.id, V.c.item_id).where(V.c.item_id.in_(part))):
            versions[version_id] = item_id
    papers = A.c.started_at >= since
    if database.execute(select(func.count()).select_from(A).where(papers)).scalar_one() > MOST_PAPERS:
        return set(ids)
    for paper_of in database.execute(select(A.c.paper).where(papers)).scalars():
        used |= {versions[line[0]] for line in paper_of if line and line[0] in versions}
    return used


def drop(row: ImportRow) -> None:
    """Forgets a draft. Raises Conflict where it was taken in meanwhile."""
    done = connection().execute(delete(M).where(M.c.id == row.id, M.c.state == DRAFT))
    if done.rowcount != 1:
        raise Conflict(_("This file has been taken in already."))


def drafts_before(moment: int) -> int:
    """How many drafts were left lying since before a moment."""
    old = M.c.state == DRAFT, M.c.changed_at < moment
    return int(connection().execute(select(func.count()).select_from(M).where(*old)).scalar_one())


def forget_drafts(moment: int) -> None:
    """Forgets them."""
    with unit_of_work():
        connection().execute(delete(M).where(M.c.state == DRAFT, M.c.changed_at < moment))
