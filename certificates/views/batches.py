"""Officers: papers for many. Who waits for one, a list of people, how far a batch is, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Response, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response as Redirect
from werkzeug.wsgi import FileWrapper

from certificates import batches, listing
from certificates.access import batch_for
from certificates.batches import (
    ATTAINED,
    CANCELLED,
    CARDS,
    CONTEST,
    DONE,
    DRAFT,
    LIST,
    PACKING,
    PAGES,
    PAUSED,
    WORKING,
    ZIP,
    BatchLine,
    FileLine,
)
from certificates.lawful import words_refused
from certificates.services import batches as acts
from certificates.services.bundling import store
from lms.api.competency import ProgrammeRow, programme_by_id, programmes
from lms.api.people import (
    May,
    here,
    nation_id,
    org,
    orgs_by_id,
    path_name,
    people_by_id,
    pick_unit,
    require_anywhere,
    roles_that,
    units_where,
)
from lms.api.sheets import XLSX, as_xlsx
from lms.api.studio import Field
from lms.api.web import STAFF, MenuItem, Routes, address, composed, render, say
from lms.api.work import Conflict, Invalid, NotFound, Text, _, clock, settings, take, unit_of_work

routes = Routes("certificates", "/can-bo/dot-cap-giay")
menu = (
    MenuItem(
        "certificates.batches", _("Batches of papers"), "package", "staff", roles_that(May.ISSUE), 41, group="papers"
    ),
)
LISTED: Mapping[str, Text] = {LIST: _("A course held elsewhere"), CONTEST: _("A contest")}
STATES: Mapping[int, tuple[Text, str]] = {
    DRAFT: (_("To be looked at"), "wait"),
    WORKING: (_("Being issued"), "info"),
    PAUSED: (_("Paused"), "wait"),
    PACKING: (_("Files being made"), "info"),
    DONE: (_("Done"), "ok"),
    CANCELLED: (_("Ended early"), ""),
}
KINDS: Mapping[str, Text] = {
    ZIP: _("Signed package (ZIP): every paper and a list"),
    PAGES: _("To print: a paper on each A4 page"),
    CARDS: _("To print: small cards, eight on an A4 sheet"),
}
SHOWN = 100  # lines of a list on its page
MOST_AN_HOUR = 30  # lists by one person


class BatchShown(Struct, frozen=True):
    """A batch among others."""

    title: str
    unit: str
    papers: int
    by: str
    at: int
    state: str
    kind: str
    url: str


@routes.get("", STAFF, endpoint="batches")
def all_batches() -> str:
    """The batches of my units, and my own drafts."""
    person = here()
    found = batches.batches(require_anywhere(person, May.ISSUE), person.id)
    people = people_by_id({b.made_by for b in found})
    made = batches.issued([b.id for b in found])
    return render(
        "certificates/batches/list.html",
        batches=[
            BatchShown(
                b.title, _unit_name(b.org_id), made.get(b.id, 0),
                people[b.made_by].full_name if b.made_by in people else "", b.made_at, say(STATES[b.state][0]),
                STATES[b.state][1], address("certificates.batch", uuid=b.uuid),
            )
            for b in found
        ],
    )  # fmt: skip


def _unit_name(org_id: int) -> str:
    found = org(org_id)
    return path_name(org_id) or (found.full_name if found else "")


# Papers for those who attained something.


class Wish(Struct, frozen=True):
    """What a form for a batch asks for."""

    org_id: int
    programme: ProgrammeRow
    since: int | None
    until: int | None


def _wish(errors: dict[str, list[str]], pick: Any) -> Wish | None:
    chosen = {str(p.id): p for p in programmes()}.get(request.values.get("programme", ""))
    if chosen is None:
        errors["programme"] = [say(_("Please choose what was attained."))]
    moments: dict[str, int | None] = {}
    for name, days in (("since", 0), ("until", 1)):
        try:
            moments[name] = _moment(request.values.get(name, ""), days)
        except Invalid as error:
            errors[name] = [say(error.text)]
    since, until = moments.get("since"), moments.get("until")
    if since is not None and until is not None and since >= until:
        errors["until"] = [say(_("The last day lies before the first one."))]
    if not pick.demand():
        errors["unit"] = pick.errors
    if errors or chosen is None or pick.chosen is None:
        return None
    return Wish(pick.chosen, chosen, since, until)


def _moment(typed: str, days: int) -> int | None:
    """The first second of a day in Việt Nam, so many days later; None where nothing was typed."""
    if not typed.strip():
        return None
    day = listing.day_of(typed) + timedelta(days=days)
    return int(datetime.combine(day, time(), clock.VIETNAM).timestamp())


@routes.get("/moi", STAFF)
def batch_new() -> str:
    """Who attained something and has no paper yet, counted before anything is done."""
    units = require_anywhere(here(), May.ISSUE)
    pick = pick_unit("unit", within=units, default=units[0] if len(units) == 1 else None)
    errors: dict[str, list[str]] = {}
    counted = None
    if "programme" in request.args and not pick.searching:
        wish = _wish(errors, pick)
        if wish is not None:
            counted = acts.waiting(wish.org_id, wish.programme.id, wish.since, wish.until)
    return _form(pick, errors, counted)


@routes.post("/moi", STAFF, endpoint="batch_begin")
def begin() -> str | Redirect | tuple[str, int]:
    """Begins a batch for whoever waits."""
    person = here()
    pick = pick_unit("unit", within=require_anywhere(person, May.ISSUE))
    errors: dict[str, list[str]] = {}
    wish = _wish(errors, pick)
    if wish is None:
        return _form(pick, errors, None), 422
    title = composed(request.form.get("title")) or wish.programme.title
    split = request.form.get("split") == "1"
    try:
        with unit_of_work():
            uuid = acts.begin(
                wish.org_id, wish.programme.id, wish.since, wish.until, title[:200], split, person.id
            )  # fmt: skip
    except Invalid as error:
        return _form(pick, {"unit": [say(error.text)]}, None), 422
    return redirect(address("certificates.batch", uuid=uuid), 303)


def _form(pick: Any, errors: dict[str, list[str]], counted: tuple[int, int] | None) -> str:
    def bound(name: str) -> Field:
        return Field(request.values.get(name, ""), errors.get(name, []))

    pick.errors = errors.get("unit", [])
    chosen = programme_by_id(int(bound("programme").data)) if counted else None
    return render(
        "certificates/batches/new.html",
        pick=pick,
        programme=bound("programme"),
        programmes=[(str(p.id), p.title) for p in programmes()],
        since=bound("since"),
        until=bound("until"),
        errors=errors,
        counted=counted,
        unit=_unit_name(pick.chosen) if pick.chosen else "",
        unit_id=pick.chosen,
        chosen=chosen.title if chosen else "",
        title=Field(_title(chosen.title if chosen else ""), []),
    )


def _title(about: str) -> str:
    return say(_("{about}, batch of {day}", about=about, day=f"{clock.today():%d/%m/%Y}")) if about else ""


# Papers for those whom a list names.


@routes.get("/danh-sach", STAFF)
def batch_list() -> str:
    """The form for a list."""
    require_anywhere(here(), May.ISSUE)
    return _list_form({})


@routes.post("/danh-sach", STAFF, endpoint="batch_list_post")
def send_list() -> str | Redirect | tuple[str, int]:
    """Reads a list and keeps it, to be looked at."""
    person = here()
    units = require_anywhere(person, May.ISSUE)
    pick = pick_unit("unit", within=units)
    if pick.searching:
        return _list_form({}, pick), 422
    errors: dict[str, list[str]] = {}
    if not pick.demand():
        errors["unit"] = pick.errors
    kind = request.form.get("kind", "")
    if kind not in LISTED:
        errors["kind"] = [say(_("Please choose what the papers are for."))]
    words = {name: composed(request.form.get(name)) or "" for name in ("title", "subtitle", "statement")}
    for name, most in (("title", 200), ("subtitle", 80), ("statement", 160)):
        if not words[name]:
            errors[name] = [say(_("Please fill this in: it stands on the papers or names the batch."))]
        elif len(words[name]) > most:
            errors[name] = [say(_("Please shorten this to {most} letters.", most=most))]
        elif name != "title" and (refused := list(words_refused(words[name], settings().issuer_is_state, None))):
            errors[name] = [say(text) for text in refused]
    named: list[listing.Named] = []
    try:
        with unit_of_work():
            take("paper-list", str(person.id), most=MOST_AN_HOUR, seconds=3600)
        named = listing.people_in(_sent(), [pick.chosen] if pick.chosen else units)
    except Invalid as error:
        errors["file"] = [say(error.text)]
    if errors or pick.chosen is None:
        return _list_form(errors, pick), 422
    with unit_of_work():
        uuid = acts.draft_list(
            kind, pick.chosen, words["title"], words["subtitle"], words["statement"], named, person.id
        )
    return redirect(address("certificates.batch", uuid=uuid), 303)


def _sent() -> Any:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return listing.read_file(upload.read())
    pasted = request.form.get("pasted", "")
    if not pasted.strip():
        raise Invalid(_("Please choose a file, or paste the list into the box."))
    return listing.read_paste(pasted)


def _list_form(errors: dict[str, list[str]], pick: Any = None) -> str:
    units = units_where(here(), May.ISSUE)
    default = units[0] if len(units) == 1 and units[0] != nation_id() else None
    return render(
        "certificates/batches/new_list.html",
        pick=pick or pick_unit("unit", within=units, default=default),
        fields={
            name: Field(request.form.get(name, ""), errors.get(name, []))
            for name in ("kind", "title", "subtitle", "statement", "pasted")
        },
        kinds=[(kind, say(label)) for kind, label in LISTED.items()],
        file_errors=errors.get("file", []),
        errors=errors,
        most=f"{listing.MOST:,}".replace(",", "."),
        again=bool(errors) and bool(request.files.get("file")),
    )


@routes.get("/danh-sach/mau.xlsx", STAFF)
def batch_template() -> Response:
    """A list to begin with."""
    require_anywhere(here(), May.ISSUE)
    answer = Response(as_xlsx(listing.template()), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="danh-sach-cap-giay.xlsx"'
    return answer


# One batch.


class LineShown(Struct, frozen=True):
    """A line of a list."""

    line: int
    name: str
    birth: str
    unit: str
    feat: str
    login: str
    problem: str


class FileShown(Struct, frozen=True):
    """A file of a batch."""

    title: str
    part: int
    parts: int
    papers: int
    size: str
    url: str


@routes.get("/<uuid:uuid>", STAFF)
def batch(uuid: UUID) -> str:
    """A list before it is begun, how far a batch is, or what came of it with its files."""
    return _page(batch_for(here(), uuid), "")


def _page(found: BatchLine, error: str) -> str:
    common = {"batch": found, "unit": _unit_name(found.org_id), "error": error, "is_list": found.kind != ATTAINED}
    if found.state == DRAFT:
        return _draft(found, common)
    if found.state in (WORKING, PAUSED):
        return render(
            "certificates/batches/progress.html",
            share=100 * found.done // max(1, found.total),
            paused=found.state == PAUSED,
            waits=found.state == WORKING and clock.seconds() - found.changed_at > 60,
            **common,
        )
    made = batches.issued([found.id]).get(found.id, 0)
    return render(
        "certificates/batches/outcome.html",
        state=say(STATES[found.state][0]),
        kind=STATES[found.state][1],
        issued=made,
        without=found.done - made,
        not_begun=found.total - found.done,
        undrawn=batches.without_file(found.id),
        groups=_groups(found),
        packing=found.state == PACKING,
        days=acts.FILE_DAYS,
        **common,
    )


def _draft(found: BatchLine, common: Mapping[str, Any]) -> str:
    counted = batches.problems(found.id)
    good = counted.pop("", 0)

    def shown(with_problem: bool) -> list[LineShown]:
        return [
            LineShown(
                row.line, row.said["name"], row.said["birth"], row.said["unit"], row.said["feat"], row.said["login"],
                say(listing.PROBLEMS[row.problem]) if row.problem else "",
            )
            for row in batches.lines(found.id, with_problem, SHOWN)
        ]  # fmt: skip

    return render(
        "certificates/batches/draft.html",
        good=good,
        bad=sum(counted.values()),
        problems=[(say(listing.PROBLEMS[code]), n) for code, n in sorted(counted.items())],
        bad_lines=shown(True),
        good_lines=shown(False),
        shown=SHOWN,
        **common,
    )


def _groups(found: BatchLine) -> list[tuple[str, list[FileShown]]]:
    """The files of a batch by unit; the address of one that is not made yet is empty."""
    lines = batches.files(found.id)
    units = orgs_by_id({one.unit_id for one in lines if one.unit_id})
    groups: dict[int | None, list[FileShown]] = {}
    for one in lines:
        url = address("certificates.batch_file", uuid=found.uuid, file_id=one.id) if one.key else ""
        size = _size(one.size or 0) if one.key else ""
        groups.setdefault(one.unit_id, []).append(
            FileShown(say(KINDS[one.kind]), one.part, one.parts, one.papers, size, url)
        )
    return [(units[unit].full_name if unit in units else "", files) for unit, files in groups.items()]


def _size(size: int) -> str:
    return f"{max(1, size // 1024)} KB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MB".replace(".", ",")


def _act(name: str, do: Callable[[BatchLine, int], None]) -> None:
    """A form of a batch's page: `do` gets the batch, held, and who asks."""

    def view(uuid: UUID) -> Redirect | tuple[str, int]:
        person = here()
        found = batch_for(person, uuid)
        try:
            with unit_of_work():
                held = batches.held(found.id)
                if held is None:
                    raise NotFound
                do(held, person.id)
        except (Invalid, Conflict) as error:
            return _page(batch_for(person, uuid), say(error.text)), error.status
        gone = name == "bo"
        return redirect(address("certificates.batches") if gone else address("certificates.batch", uuid=uuid), 303)

    view.__doc__ = f"{name} of a batch."
    routes.post(f"/<uuid:uuid>/{name}", STAFF, endpoint=f"batch_{name.replace('-', '_')}")(view)


_act("bat-dau", lambda held, who: acts.begin_list(held, request.form.get("without") == "1", who))
_act("tam-dung", acts.pause)
_act("tiep-tuc", acts.go_on)
_act("dung", acts.cancel)
_act("bo", lambda held, _who: acts.throw_away(held))
_act("tep", lambda held, _who: acts.make_files(held, request.form.get("split") == "1"))


@routes.get("/<uuid:uuid>/tep/<int:file_id>", STAFF)
def batch_file(uuid: UUID, file_id: int) -> Response:
    """A file of a batch."""
    found = batch_for(here(), uuid)
    line = batches.file(file_id)
    if line is None or line.batch_id != found.id or not line.key or not store().has(line.key):
        raise NotFound
    answer = Response(
        FileWrapper(store().open(line.key), 64 * 1024),
        mimetype="application/zip" if line.kind == ZIP else "application/pdf",
        direct_passthrough=True,
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(found, line)}"'
    answer.headers["Content-Length"] = str(line.size)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _file_name(found: BatchLine, line: FileLine) -> str:
    what = {ZIP: "goi-giay", PAGES: "in-a4", CARDS: "the-nho"}[line.kind]
    unit = f"-{line.unit_id}" if line.unit_id else ""
    part = f"-{line.part}-{line.parts}" if line.parts > 1 else ""
    return f"{what}-{str(found.uuid)[:8]}{unit}{part}.{'zip' if line.kind == ZIP else 'pdf'}"
