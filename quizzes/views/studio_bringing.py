"""Instructors bring questions from files: looked at one by one, taken in together, taken out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.competency import skill_areas, skills
from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import render as markdown
from lms.api.people import here
from lms.api.studio import Field, is_number, name_of, unit_name
from lms.api.web import STAFF, Routes, composed, render, say
from lms.api.work import DomainError, Invalid, _, take, unit_of_work
from quizzes import brought, listing
from quizzes.access import bank_for, import_for
from quizzes.brought import ImportRow
from quizzes.drafts import BankRow
from quizzes.formats import opening, workbook
from quizzes.formats.checking import Around
from quizzes.formats.columns import LETTERS
from quizzes.formats.question import Told, body_of
from quizzes.items.contract import ITEM_TYPES, Explained, Marked, Run
from quizzes.queries import VersionRow
from quizzes.services import bringing, drafting
from quizzes.services.bringing import Ready
from quizzes.showing import Question as Shown
from quizzes.showing import html_of, question
from quizzes.views.studio import POOLS, type_title

routes = Routes("quizzes", "/studio/ngan-hang/<bank>/dua-vao")
Answer = str | Response | tuple[str, int]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A_PAGE = 20
MOST_AN_HOUR = 60  # files by one person
MOST_BODY = opening.MOST_BYTES + 2 * opening.MB
MOST_SHOWN = 100
FORMS = {
    "word": "Word", "excel": "Excel", "xml": "Moodle XML", "gift": "GIFT", "aiken": "Aiken",
}  # fmt: skip
VIEWS = {"": _("All"), "can": _("Not ready yet"), "trung": _("Here already"), "bo": _("Left out")}


@routes.get("", STAFF, endpoint="studio_bring_questions")
def bring(bank: str) -> str:
    """The form for a file, and what was brought before."""
    return _form(bank_for(here(), bank))


def _form(row: BankRow, error: str = "", name: str = "", pool: str = "practice") -> str:
    return render(
        "quizzes/studio/bring_questions.html",
        bank=row,
        unit=unit_name(row.org_id),
        error=error,
        name=name,
        limit=opening.MOST_BYTES // opening.MB,
        pools=[(key, say(text)) for key, text in POOLS.items()],
        pool=Field(pool, []),
        imports=[
            {"row": one, "by": name_of(one.made_by), "form": FORMS[one.form], "pool": say(POOLS[one.pool])}
            for one in brought.imports(row.id)
        ],
    )


@routes.post("", STAFF, endpoint="studio_questions_brought")
def send(bank: str) -> Answer:
    """Reads the file and keeps what was read as a draft; or says what is wrong with it, and nothing is kept."""
    request.max_content_length = MOST_BODY
    person = here()
    row = bank_for(person, bank)
    upload, pool = request.files.get("file"), request.form.get("pool", "")
    pool = pool if pool in POOLS else "practice"
    name = composed(upload.filename) or "" if upload is not None else ""
    try:
        with unit_of_work():
            take("bring-questions", str(person.id), most=MOST_AN_HOUR, seconds=3600)
        if upload is None or not upload.filename:
            raise Invalid(_("Please choose a file."))
        kind, found = bringing.read(name, upload.read())
        made = bringing.made_pictures(found)
        around = _around({q.lesson for q in found.questions if q.lesson})
        with unit_of_work():
            uuid = bringing.begin(row.id, row.org_id, pool, name, kind, found, made, around, person.id)
    except DomainError as error:
        return _form(row, say(error.text), name, pool), error.status
    return redirect(url_for("quizzes.studio_import", bank=bank, uuid=uuid), 303)


def _around(lessons: set[str]) -> Around:
    kind = ACTIVITY_KINDS.find("lesson")
    there = {slug for slug in sorted(lessons)[:200] if kind is not None and kind.content_of(slug)}
    return Around({skill.code.upper(): skill.code for skill in skills()}, there)


@routes.get("/mau.xlsx", STAFF, endpoint="studio_questions_template")
def template(bank: str) -> Response:
    """An Excel file with the heads that are read, and three examples."""
    bank_for(here(), bank)
    answer = Response(workbook.template(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="mau-cau-hoi.xlsx"'
    return answer


# --- looking ----------------------------------------------------------------------------------------------------------


class Line(Struct, frozen=True):
    """Something told of the file: where it stands, and what it is."""

    where: str
    line: int
    text: str


class Tried(Struct, frozen=True):
    """An answer that a learner may give, and what is said to it."""

    words: str
    right: bool
    html: Markup


class Seen(Struct, frozen=True):
    """A question as it is looked at before it is taken in."""

    ready: Ready
    type: str
    problems: list[str]
    losses: list[str]
    shown: Shown | None
    stem_html: Markup
    tried: list[Tried]
    skills: str  # its own; empty where it has those for all
    answers: list[tuple[str, str, bool]]  # letter, words, whether chosen: where somebody must say which are right
    decided: bool  # whether somebody said that it goes in, or is left out
    thinking: str
    same_url: str


@routes.get("/<uuid:uuid>", STAFF, endpoint="studio_import")
def look(bank: str, uuid: UUID) -> str:
    """What was read, question by question; once it is taken in, what became of it."""
    row, held = import_for(here(), bank, uuid)
    return _page(row, held, {})


def _page(row: BankRow, held: ImportRow, errors: Mapping[str, list[str]]) -> str:
    found = brought.staged(held.id)
    if not held.is_draft:
        left = listing.to_hand_in(row.id, held.pool, held.id)
        return render(
            "quizzes/studio/questions_taken.html",
            bank=row,
            held=held,
            problems=_lines(found.problems),
            losses=_lines(found.losses),
            pool=say(POOLS[held.pool]),
            taken_out=request.args.get("rut") == "1",
            stay=len(left) if not held.is_taken else 0,
            ready=sum(one.is_whole for one in left),
            broken=sum(not one.is_whole for one in left),
            reviewed_first=drafting.needs_review(held.pool, row.org_id),
        )
    rows = bringing.ready(found, held, brought.likenesses(row.id))
    view = request.args.get("xem", "")
    chosen = [one for one in rows if _belongs(one, view)]
    pages = max(1, -(-len(chosen) // A_PAGE))
    typed = request.args.get("trang", "1")
    number = min(max(1, int(typed) if is_number(typed) else 1), pages)
    known = skills()
    here_now: dict[str, Any] = {"xem": view} if view else {}

    def page_url(n: int) -> str:
        more: dict[str, Any] = {"xem": view} if view in VIEWS and view else {}
        return url_for("quizzes.studio_import", bank=row.slug, uuid=held.uuid, trang=n, **more)

    return render(
        "quizzes/studio/questions_look.html",
        bank=row,
        held=held,
        form=FORMS[held.form],
        pool=say(POOLS[held.pool]),
        count={
            "all": len(rows), "in": sum(one.goes_in for one in rows), "open": sum(_belongs(o, "can") for o in rows),
            "same": sum(bool(one.same) for one in rows), "out": sum(one.is_out for one in rows),
        },
        problems=_lines(found.problems),
        losses=_lines(found.losses),
        views=[(key, say(text)) for key, text in VIEWS.items()],
        view=Field(view if view in VIEWS else "", []),
        seen=[_seen(one, found, held) for one in chosen[(number - 1) * A_PAGE : number * A_PAGE]],
        areas=skill_areas(known, (), ()),
        known=known,
        general=held.choices.get("skills", []),
        reviewed_first=drafting.needs_review(held.pool, row.org_id),
        errors=errors,
        pages={
            "number": number,
            "total": pages,
            "previous_url": page_url(number - 1) if number > 1 else None,
            "next_url": page_url(number + 1) if number < pages else None,
        },
        save_url=url_for("quizzes.studio_import_save", bank=row.slug, uuid=held.uuid, trang=number, **here_now),
    )  # fmt: skip


def _belongs(one: Ready, view: str) -> bool:
    if view == "can":
        return bool(one.problems) and not one.is_out
    if view == "trung":
        return bool(one.same)
    return one.is_out if view == "bo" else True


def _lines(told: Sequence[Told]) -> list[Line]:
    return [Line(one.where, one.line, say(one.text)) for one in told[:MOST_SHOWN]]


def _seen(one: Ready, found: brought.Staged, held: ImportRow) -> Seen:
    asked = one.question
    kind = ITEM_TYPES.find(asked.kind)
    whole = kind is not None and not asked.problems
    spec = asked.data
    body = {**body_of(asked), "files": found.files}
    version = VersionRow(0, 0, "", "", asked.kind, body)
    shown, tried = None, list[Tried]()
    if kind is not None and whole and not isinstance(kind, Run):
        order = list(range(kind.size(spec)))
        shown = question(version, order, None, f"c{one.number}")
        if isinstance(kind, Explained) and not isinstance(kind, Marked):
            for words, answer in kind.tried(spec):
                mark = kind.grade(spec, answer)
                tried.append(Tried(words, mark.right, Markup(markdown(mark.why))))  # noqa: S704  cleaned
    own = held.choices.get("each", {}).get(str(one.number), {})
    skills = own.get("skills") or found.questions[one.number - 1].skills
    same = one.same if one.same and not one.same.startswith("#") else ""
    return Seen(
        one,
        type_title(asked.kind) if kind is not None else asked.kind,
        [say(text) for text in one.problems],
        [say(text) for text in asked.losses],
        shown,
        html_of(asked.stem),
        tried,
        ", ".join(skills),
        [
            (letter, option["text"], letter in own.get("right", ""))
            for letter, option in zip(LETTERS, found.questions[one.number - 1].data["options"], strict=False)
        ]
        if bringing.is_answerable(found.questions[one.number - 1])
        else [],
        "out" in own,
        say(THINKING[asked.thinking]) if asked.thinking else "",
        url_for("quizzes.studio_item", slug=same) if same else "",
    )


THINKING = {
    "know": _("Know"), "understand": _("Understand"), "apply": _("Apply"), "extend": _("Apply in something new"),
}  # fmt: skip


@routes.post("/<uuid:uuid>", STAFF, endpoint="studio_import_save")
def save(bank: str, uuid: UUID) -> Answer:
    """Keeps what was chosen; takes the questions in; or forgets the draft."""
    person = here()
    row, held = import_for(person, bank, uuid)
    wanted = request.form.get("do", "save")
    address = url_for("quizzes.studio_import", bank=bank, uuid=uuid, **_place())
    if wanted == "drop":
        with unit_of_work():
            bringing.drop(held)
        return redirect(url_for("quizzes.studio_bring_questions", bank=bank), 303)
    general, each, errors = _chosen({skill.code.upper(): skill.code for skill in skills()})
    if errors:
        return _page(row, held, errors), 422
    try:
        with unit_of_work():
            if held.is_draft:
                bringing.choose(held, general, each)
            if wanted == "take":
                _row, now = import_for(person, bank, uuid, hold=True)
                bringing.take(now, row.org_id, person.id)
                address = url_for("quizzes.studio_import", bank=bank, uuid=uuid)
    except Invalid as error:
        row, held = import_for(person, bank, uuid)
        return _page(row, held, {"": [say(error.text)]}), 422
    return redirect(address, 303)


def _place() -> dict[str, Any]:
    return {key: request.args[key] for key in ("trang", "xem") if request.args.get(key)}


def _chosen(codes: Mapping[str, str]) -> tuple[list[str], dict[str, dict[str, Any]], dict[str, list[str]]]:
    """(skills for all, what was chosen by number, errors by field) of the posted form."""
    errors: dict[str, list[str]] = {}

    def read(name: str) -> list[str]:
        typed = (composed(request.form.get(name)) or "").replace(",", " ").replace(";", " ").split()
        unknown = [code for code in typed if code.upper() not in codes]
        if unknown:
            text = _("No framework here has the skill {code}.", code=", ".join(unknown[:5]))
            errors.setdefault(name, []).append(say(text))
        return list(dict.fromkeys(codes[code.upper()] for code in typed if code.upper() in codes))[:20]

    general = read("skills")
    each: dict[str, dict[str, Any]] = {}
    for number in request.form.getlist("shown")[: 2 * A_PAGE]:
        if not is_number(number):
            continue
        own: dict[str, Any] = {}
        typed = read(f"skills-{number}")
        if typed and typed != general:
            own["skills"] = typed
        alt = (composed(request.form.get(f"alt-{number}")) or "")[:500]
        if alt:
            own["alt"] = alt
        right = "".join(letter for letter in LETTERS if letter in request.form.getlist(f"right-{number}"))
        if right:
            own["right"] = right
        is_out = request.form.get(f"out-{number}") == "1"
        if is_out != (request.form.get(f"was-out-{number}") == "1") or f"kept-out-{number}" in request.form:
            own["out"] = is_out
        each[str(int(number))] = own
    return general, each, errors


@routes.post("/<uuid:uuid>/rut-ra", STAFF, endpoint="studio_import_take_out")
def take_out(bank: str, uuid: UUID) -> Answer:
    """Takes out of the bank what the file put in."""
    person = here()
    with unit_of_work():
        row, held = import_for(person, bank, uuid, hold=True)
        bringing.take_out(held, row.org_id, person.id)
    return redirect(url_for("quizzes.studio_import", bank=bank, uuid=uuid, rut="1"), 303)
