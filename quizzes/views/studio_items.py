"""Instructors: one question. Its draft, what is missing, handing it in, its versions, taking it out of use."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from msgspec.structs import replace

from lms.api.competency import skill_areas, skills
from lms.api.learning import ACTIVITY_KINDS
from lms.api.media import allow_upload
from lms.api.packages import ITEM_READERS, THINKING, item_text, pictures_named
from lms.api.people import here
from lms.api.reviewing import Row, standing_of, told_row
from lms.api.studio import Field, Theirs, is_number, name_of, said, theirs
from lms.api.web import STAFF, Routes, panels, render, say
from lms.api.work import Conflict, DomainError, NotFound, Text, _, unit_of_work
from quizzes import drafts, forms, listing
from quizzes.access import bank_for, item_for, item_to_look_at
from quizzes.drafts import BankRow, ItemRow, Version
from quizzes.handed import KIND, key_of
from quizzes.item_forms import Shown, is_special, shown
from quizzes.items.contract import ITEM_TYPES, Formed, exam_only
from quizzes.items.form import Part
from quizzes.listing import Listed
from quizzes.queries import VersionRow
from quizzes.services import drafting, living, picturing
from quizzes.services.drafting import Kept
from quizzes.showing import picture_of
from quizzes.views.studio import POOLS, Answer, tags_of, type_title
from quizzes.views.told import THINKING_TITLES, as_text, previewed, said_to, told

made = Routes("quizzes", "/studio/ngan-hang/<bank>/moi")
items = Routes("quizzes", "/studio/cau-hoi")
SAVES = ("save", "use", "submit")  # what the buttons do that keep the draft; the others only change the form
EMPTY: Mapping[str, Any] = {"stem": "", "message": None, "lesson": "", "skills": [], "data": {}}
HOW: Mapping[str, Text] = {
    "review": _("Reviewed"),
    "author": _("Put in use by its author; no review was asked for"),
    "server": _("Brought in by whoever runs the server"),
    "before": _("From before it was noted who looked at it"),
}
_PICTURE = Part("item-picture", "picture", _("A picture below the question, if you like"))


def _editor(
    bank: BankRow,
    kind: str,
    pool: str,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    row: ItemRow | None = None,
    other: Theirs | None = None,
    raw: str = "",
    over: tuple[int, int] = (0, 0),
) -> str:
    """The form. `over`: the save and the version in use that it began from."""
    mistakes = said(errors or {})
    all_skills = skills()
    type_, reader = ITEM_TYPES.get(kind), ITEM_READERS.get(kind)
    data: Mapping[str, Any] = body["data"]
    fields = shown(type_.form, data, mistakes) if isinstance(type_, Formed) else []
    message = body["message"] or {"sender": "", "text": ""}
    files = body.get("files", {})
    at, together = listing.standing_of_draft(row) if row is not None else (None, 0)
    handed = row.draft.handed if row is not None and row.draft is not None else None
    return render(
        "quizzes/studio/item.html",
        bank=bank,
        item=row,
        kind=kind,
        kind_title=type_title(kind),
        pool=pool,
        pool_title=say(POOLS[pool]),
        tags=tags_of(Listed(row, at)) if row is not None else [],
        errors=mistakes,
        stem=Field(body["stem"], mistakes.get("stem", [])),
        sender=Field(message["sender"], mistakes.get("message", [])),
        message=Field(message["text"], []),
        lesson=Field(body["lesson"], mistakes.get("lesson", [])),
        fields=fields,
        open=is_special([f for f in fields if f.part.aside]),
        says=say,
        picture_field=None
        if getattr(reader, "own_picture", False)
        else Shown(_PICTURE, "item-picture", body.get("picture") or {"file": "", "alt": ""},
                            mistakes.get("item-picture", [])),
        pictures={name: picture_of(body, {"file": name, "alt": ""}) for name in files},
        keys_of={name: facts["key"] for name, facts in files.items()},
        level=Field(str(body.get("level", "")), mistakes.get("level", [])),
        twins=Field(body.get("twins", ""), mistakes.get("twins", [])),
        fix=Field(body.get("fix", ""), mistakes.get("fix", [])),
        source=Field(body.get("source", ""), []),
        thinking=body.get("thinking", ""),
        ways=[(way, say(THINKING_TITLES[way])) for way in THINKING],
        own="" if fields else raw or (item_text(reader.write(data)) if data else ""),
        own_errors=mistakes.get("own", []),
        areas=skill_areas(all_skills, (), body["skills"]),
        skills=body["skills"],
        unknown=[c for c in body["skills"] if c not in {s.code for s in all_skills}],
        base=over[0],
        over=over[1],
        reviewed_first=drafting.needs_review(pool, bank.org_id),
        standing=standing_of(KIND, key_of(bank.id, handed), bank.org_id) if handed is not None else None,
        together=together,
        by=name_of(row.draft.changed_by) if row is not None and row.draft is not None else "",
        other=other,
    )  # fmt: skip


def _over(row: ItemRow) -> tuple[int, int]:
    """The save and the version in use that a form of this question begins from."""
    return (row.draft.base if row.draft is not None else 0), row.number


def _posted() -> tuple[int, int]:
    base, over = request.form.get("base", ""), request.form.get("over", "")
    return (int(base) if is_number(base) else 0), (int(over) if is_number(over) else 0)


def _read(kind: str, org_id: int, by_id: int, held: Mapping[str, Any]) -> tuple[forms.Read, str]:
    """The question as it was sent, with its pictures; and which button of SAVES was pressed, or "" where the form is
    shown again: a button only changed it, a picture cannot be taken in, or not even the question's words are there.

    `held`: the files of the question as it is.
    """
    pictures, errors = picturing.brought(request.files)
    if pictures:
        with unit_of_work():
            picturing.keep(pictures, org_id, by_id)
    form = picturing.with_pictures(request.form, pictures)
    asked = form.get("do", "save")
    if asked not in SAVES:
        read = forms.Read(forms.unchecked(form, kind, asked))
    else:
        lesson = form.get("lesson", "").strip()
        kind_of_lesson = ACTIVITY_KINDS.find("lesson")
        known = {lesson} if lesson and kind_of_lesson and kind_of_lesson.content_of(lesson) else set()
        read = forms.read_item(form, kind, {s.code for s in skills()}, known)
    for name, texts in errors.items():
        read.errors[name] = texts
    files = picturing.files_of(read.body, form, held)
    if files:
        read.body["files"] = files
    gone = [name for name in pictures_named(read.body) if name not in files]
    if gone and asked in SAVES:
        read.refuse("own", _("The picture {name} is not here. Please choose it again.", name=gone[0]))
    return read, asked if asked in SAVES and read.body["stem"] and not errors else ""


def _kept(read: forms.Read) -> Kept:
    """The question as its draft is stored: numbers that were typed and not understood yet stay as they were typed."""
    body = {**read.body, "data": _plain(read.body["data"])} if read.errors else read.body
    return Kept(body, read.errors, read.raw if read.errors else "")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


def _known_type(name: str) -> str:
    if ITEM_TYPES.find(name) is None or ITEM_READERS.find(name) is None:
        raise NotFound
    return name


def _may_stand_in(pool: str, kind: str) -> bool:
    return pool in POOLS and not (pool == "practice" and exam_only(ITEM_TYPES.get(kind)))


# --- a new one --------------------------------------------------------------------------------------------------------


@made.get("", STAFF, endpoint="studio_item_new")
def new_item(bank: str) -> Answer:
    """The form of a new question. Its pool and type are chosen once."""
    row = bank_for(here(), bank)
    pool = request.args.get("pool", "practice")
    if pool not in POOLS:
        raise NotFound
    kind = _known_type(request.args.get("type", "single_choice"))
    if not _may_stand_in(pool, kind):
        return redirect(url_for("quizzes.studio_item_new", bank=bank, pool="exam", type=kind), 303)
    return _editor(row, kind, pool, EMPTY)


@made.post("", STAFF, endpoint="studio_item_add")
def add_item(bank: str) -> Answer:
    """Keeps the draft of a new question, and does what the button says. Only its words must be there."""
    allow_upload(picturing.KINDS, picturing.MOST_AT_ONCE)
    person = here()
    row = bank_for(person, bank)
    pool, kind = request.form.get("pool", ""), _known_type(request.form.get("type", ""))
    if not _may_stand_in(pool, kind):
        raise NotFound
    read, asked = _read(kind, row.org_id, person.id, {})
    if not asked:
        return _editor(row, kind, pool, read.body, read.errors, raw=read.raw), 422
    with unit_of_work():
        slug = drafting.begin(row.id, pool, kind, _kept(read), person.id)
    return _go_on(slug, asked)


# --- its draft --------------------------------------------------------------------------------------------------------


@items.get("/<slug>", STAFF)
def studio_item(slug: str) -> str:
    """The editor of a question: of its draft, or of what is in use."""
    bank, row = item_for(here(), slug)
    return _page(bank, row, {})


def _page(bank: BankRow, row: ItemRow, errors: Mapping[str, list[Text]]) -> str:
    problems = {**_problems(row), **errors}
    raw = row.draft.raw if row.draft is not None else ""
    return _editor(bank, _known_type(row.type), row.pool, row.body, problems, row, raw=raw, over=_over(row))


def _problems(row: ItemRow) -> dict[str, list[Text]]:
    """What keeps a draft from being used, as it was found when it was saved."""
    if row.draft is None:
        return {}
    return {
        name: [Text(one["msgid"], one["values"]) for one in texts] for name, texts in row.draft.problems.items()
    }  # fmt: skip


@items.post("/<slug>", STAFF, endpoint="studio_item_save")
def save_item(slug: str) -> Answer:
    """Keeps the draft, and does what the button says. Attempts keep the version that they have."""
    allow_upload(picturing.KINDS, picturing.MOST_AT_ONCE)
    person = here()
    bank, row = item_for(person, slug)
    kind = _known_type(row.type)
    held = {**((row.used_body or {}).get("files") or {}), **(row.body.get("files") or {})}
    read, asked = _read(kind, bank.org_id, person.id, held)
    base, over = _posted()
    if not asked:
        return _editor(bank, kind, row.pool, read.body, read.errors, row, raw=read.raw, over=(base, over)), 422
    try:
        with unit_of_work():
            drafting.save(row.id, base, over, _kept(read), person.id)
    except Conflict:
        bank, now = item_for(person, slug)
        by, at = (now.draft.changed_by, now.draft.changed_at) if now.draft else (now.made_by, now.made_at or 0)
        other = theirs(by, at, as_text(now.type, now.body))
        page = _editor(bank, kind, now.pool, read.body, read.errors, now, other, read.raw, _over(now))
        return page, 409
    return _go_on(slug, asked)


def _go_on(slug: str, asked: str) -> Answer:
    """What follows a save: nothing more, or the draft is put in use or handed in. What is not whole stays a draft."""
    person = here()
    bank, row = item_for(person, slug)
    address = url_for("quizzes.studio_item", slug=slug)
    if row.draft is None or asked == "save" or row.draft.problems:
        return redirect(address, 303)
    try:
        with unit_of_work():
            if asked == "use":
                drafting.use([row.id], bank.org_id, person.id)
            else:
                drafting.hand_in(bank.id, bank.org_id, [row.id], person.id)
    except DomainError as error:
        bank, row = item_for(person, slug)
        return _page(bank, row, {"": [error.text]}), error.status
    return redirect(address + "#life", 303)


@items.post("/<slug>/bo-nhap", STAFF, endpoint="studio_item_drop")
def drop_draft(slug: str) -> Answer:
    """Forgets the draft; a question of which nothing was ever in use goes with it."""
    person = here()
    bank, row = item_for(person, slug)
    with unit_of_work():
        stays = drafting.drop(row.id, _posted()[0], person.id)
    if stays:
        return redirect(url_for("quizzes.studio_item", slug=slug), 303)
    return redirect(url_for("quizzes.studio_bank", bank=bank.slug), 303)


@items.post("/<slug>/ngung", STAFF, endpoint="studio_item_retire")
def retire_item(slug: str) -> Answer:
    """Takes a question out of use, or brings it back."""
    person = here()
    _bank, row = item_for(person, slug)
    with unit_of_work():
        living.retire(row.id, person.id, back=request.form.get("back") == "1")
    return redirect(url_for("quizzes.studio_item", slug=slug), 303)


@items.get("/<slug>/xem-truoc", STAFF, endpoint="studio_item_preview")
def preview(slug: str) -> str:
    """The question as a learner sees it, with what is said to each answer below."""
    _bank, row = item_to_look_at(here(), slug)
    kind = _known_type(row.type)
    whole = row.draft is None or not row.draft.problems
    version = VersionRow(row.version_id or 0, row.id, row.slug, row.pool, kind, row.body)
    return render(
        "quizzes/studio/preview.html",
        q=previewed(version) if whole else None,
        marks=said_to(version) if whole else [],
    )


# --- its versions -----------------------------------------------------------------------------------------------------


@items.get("/<slug>/phien-ban", STAFF, endpoint="studio_item_versions")
def versions(slug: str) -> str:
    """Every version that is or was in use: who wrote it, who looked at it, what changed, how it went."""
    person = here()
    bank, row = item_to_look_at(person, slug)
    found = drafts.versions_of(row.id, 50)
    counted = drafts.given_and_right([one.id for one in found])
    return render(
        "quizzes/studio/versions.html",
        bank=bank,
        item=row,
        tags=tags_of(Listed(row, listing.standing_of_draft(row)[0])),
        kind_title=type_title(row.type),
        rows=[
            {
                "number": one.number,
                "is_used": one.id == row.version_id and row.retired_at is None,
                "wrote": name_of(one.made_by),
                "how": say(HOW[one.how]),
                "reviewed_by": name_of(one.reviewed_by),
                "reviewed_at": one.reviewed_at,
                "put_by": name_of(one.put_by),
                "put_at": one.put_at,
                "given": counted.get(one.id, (0, 0))[0],
                "right": counted.get(one.id, (0, 0))[1],
                "difference": _change(found[place + 1] if place + 1 < len(found) else None, one),
            }
            for place, one in enumerate(found)
        ],
        most=drafts.MOST_COUNTED,
        writes=_writes(slug),
        panels=panels("item", version_ids=[one.id for one in found], person=person),
    )


def _writes(slug: str) -> bool:
    """Whether the reader may open the editor too: reviewers look only."""
    try:
        item_for(here(), slug)
    except NotFound:
        return False
    return True


def _change(before: Version | None, after: Version) -> Row:
    """What a version says otherwise than the one before it; of the first, all that it says."""
    old = told(before.type, before.body) if before is not None else None
    row = told_row(f"v{after.number}", say(_("Version {n}", n=after.number)), "history", old,
                   told(after.type, after.body))  # fmt: skip
    changed = [part for part in row.parts if before is None or any(p.other for p in (*part.before, *part.after))]
    return replace(row, parts=changed)
