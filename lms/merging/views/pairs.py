"""Officers: pairs that look like one person, side by side; joining them, or remembering that they are two."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, NotAllowed, NotFound
from lms.identity.people import Person, here, here_or_none
from lms.identity.proofs import LEVELS
from lms.identity.roles import May, roles_that
from lms.merging import access, deciding, joining, moving, queries
from lms.merging.finding import BIRTHDAY, IDENTITY, NAME, PHONE
from lms.merging.forms import ReasonForm, RemarkForm
from lms.merging.models import DIFFERENT, MERGED, OPEN
from lms.merging.queries import Compared, MergeRow, PairRow
from lms.orgs.queries import path_names
from lms.orgs.scope import units_where
from lms.studio import is_number
from lms.text import Text, _
from lms.vietnamese import fold
from lms.web.locale import current_locale
from lms.web.menu import MenuItem, Panel
from lms.web.rendering import render, render_fragment, say, say_to
from lms.web.routes import STAFF, Routes

routes = Routes("merging", "/can-bo/trung-ten")
menu = (
    MenuItem(
        "merging.pairs",
        _("People who are here twice"),
        "users",
        "staff",
        roles_that(May.MERGE_PEOPLE),
        25,
        group="people",
    ),
)
Answer = str | Response | tuple[str, int]
REASONS = {
    IDENTITY: _("the same citizen's number"),
    PHONE: _("the same telephone"),
    BIRTHDAY: _("the same name and birthday"),
    NAME: _("the same name and birth year in one place"),
    deciding.SAID: _("an officer thinks so"),
}


class Pages(Struct, frozen=True):
    """Where one is in a list."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


class ListedPair(Struct, frozen=True):
    """A pair in the list."""

    one: Compared
    other: Compared
    why: str
    unit: str
    url: str


def _page_number() -> int:
    typed = request.args.get("trang", "1")
    return max(1, int(typed)) if is_number(typed) else 1


def _paging(number: int, total: int, endpoint: str, **query: str) -> Pages:
    last = max(1, -(-total // queries.PAGE))

    def at(n: int) -> str:
        return url_for(endpoint, **query, **({"trang": n} if n > 1 else {}))  # type: ignore[arg-type]

    return Pages(number, last, at(number - 1) if number > 1 else None, at(number + 1) if number < last else None)


def _listed(rows: list[PairRow]) -> list[ListedPair]:
    people = queries.compared({i for row in rows for i in (row.low_id, row.high_id)})
    lowest = queries.lowest_above([(row.low_id, row.high_id) for row in rows])
    names = path_names({unit for unit in lowest if unit is not None})
    return [
        ListedPair(
            people[row.low_id], people[row.high_id], say(REASONS[row.why]), names.get(unit or 0, ""),
            url_for("merging.pair", pair=row.id),
        )
        for row, unit in zip(rows, lowest, strict=True)
    ]  # fmt: skip


@routes.get("", STAFF)
def pairs() -> str:
    """Pairs of my units that nobody has decided yet; or those of whom somebody said that they are two people."""
    units, number = access.units_for(here()), _page_number()
    state = DIFFERENT if request.args.get("xem") == "khac" else OPEN
    rows, total = queries.pairs(units, state, number)
    asked = {"xem": "khac"} if state == DIFFERENT else {}
    return render(
        "merging/pairs.html", rows=_listed(rows), total=total, state=state,
        pages=_paging(number, total, "merging.pairs", **asked),
    )  # fmt: skip


@routes.get("/da-gop", STAFF)
def merges() -> str:
    """What was joined in my units, undone or not."""
    officer, number = here(), _page_number()
    rows, total = queries.merges(access.units_for(officer), officer.id, number)
    return render("merging/merges.html", rows=rows, total=total, pages=_paging(number, total, "merging.merges"))


@routes.get("/<int:pair>", STAFF)
def pair(pair: int) -> Answer:
    """Two people side by side, and what can be done."""
    row = access.pair_for(here(), pair)
    if row.state == MERGED:
        return redirect(url_for("merging.merges"), 303)
    return _pair_page(row, RemarkForm(formdata=None))


def _pair_page(row: PairRow, form: RemarkForm) -> str:
    one, other = _both(row)
    return render(
        "merging/pair.html", pair=row, people=[one, other], why=say(REASONS[row.why]), form=form,
        levels=LEVELS, likely=_likely(one, other).uuid,
        choices=[(str(p.uuid), p.full_name + _born(p)) for p in (one, other)],
        errors=form.wrong,
    )  # fmt: skip


def _born(person: Compared) -> str:
    year = person.birth_date.year if person.birth_date else person.birth_year
    return f", {year}" if year else ""


def _both(row: PairRow) -> tuple[Compared, Compared]:
    people = queries.compared([row.low_id, row.high_id])
    return people[row.low_id], people[row.high_id]


def _likely(one: Compared, other: Compared) -> Compared:
    """Whose account had better stay: better known, signed in with, learnt with more, here longer."""

    def worth(p: Compared) -> tuple[bool, int, bool, int, float]:
        return (not p.closed, p.assurance_level, p.seen_at is not None, p.evidence, -p.made_at.timestamp())

    return max((one, other), key=worth)


@routes.post("/<int:pair>/khac", STAFF)
def apart(pair: int) -> Answer:
    """Remembers that they are two people."""
    officer, form = here(), RemarkForm()
    row = access.pair_for(officer, pair)
    if not form.validate():
        return _pair_page(row, form), 422
    with unit_of_work():
        row = access.pair_for(officer, pair)
        if row.state == MERGED:
            raise Conflict
        deciding.decide(row.low_id, row.high_id, DIFFERENT, officer.id, form.reason.data or "")
    return redirect(url_for("merging.pairs"), 303)


@routes.get("/<int:pair>/gop", STAFF)
def preview(pair: int) -> Answer:
    """What joining them would do; nothing is done yet."""
    row = access.pair_for(here(), pair)
    if "giu" not in request.args:
        return redirect(url_for("merging.pair", pair=pair), 303)
    return _preview_page(row, request.args["giu"], ReasonForm(formdata=None))


def _chosen(row: PairRow, kept: str) -> tuple[Compared, Compared]:
    one, other = _both(row)
    if kept not in (str(one.uuid), str(other.uuid)):
        raise NotFound
    return (one, other) if kept == str(one.uuid) else (other, one)


def _theirs(text: Text) -> str:
    """The title of a table, which speaks to its person, said of somebody else."""
    return say_to(text, current_locale(), say(_("this person")))


def _words(refusal: Text | None, against: joining.Obstacle | None) -> str:
    text = refusal or (against.text if against else None)
    return say(text) if text else ""


def _preview_page(row: PairRow, chosen: str, form: ReasonForm, refusal: Text | None = None) -> str:
    kept, gone = _chosen(row, chosen)
    against = joining.obstacle(kept.id, gone.id, here())
    return render(
        "merging/preview.html", pair=row, kept=kept, gone=gone, form=form, errors=form.wrong,
        moving=moving.what_would_move(kept.id, gone.id), theirs=_theirs,
        against=_words(refusal, against),
    )  # fmt: skip


@routes.post("/<int:pair>/gop", STAFF)
def join(pair: int) -> Answer:
    """Joins them."""
    officer, form, kept = here(), ReasonForm(), request.form.get("giu", "")
    row = access.pair_for(officer, pair)
    _chosen(row, kept)
    if not form.validate():
        return _preview_page(row, kept, form), 422
    try:
        with unit_of_work():
            row = access.pair_for(officer, pair)
            stays, goes = _chosen(row, kept)
            merge_id = joining.merge(stays.id, goes.id, officer, form.reason.data or "")
            uuid = queries.merge_uuid(merge_id)
    except (Conflict, NotAllowed) as error:
        return _preview_page(row, kept, form, error.text), 409
    return redirect(url_for("merging.merge", uuid=uuid), 303)


# --- what was joined --------------------------------------------------------------------------------------------------


@routes.get("/lan-gop/<uuid:uuid>", STAFF)
def merge(uuid: UUID) -> str:
    """One act of joining, and the way back."""
    return _merge_page(access.merge_for(here(), uuid), ReasonForm(formdata=None))


def _merge_page(row: MergeRow, form: ReasonForm, refusal: Text | None = None) -> str:
    against = joining.obstacle_to_undoing(row, here()) if row.undone_at is None else None
    return render(
        "merging/merge.html", row=row, form=form, errors=form.wrong, moved=moving.what_moved(row.id), theirs=_theirs,
        since=queries.attained_since(row.kept_id, row.at) if row.undone_at is None else [],
        sign_in=queries.logins(row.kept_id, row.gone_id) if row.undone_at is None else [],
        against=_words(refusal, against),
    )  # fmt: skip


@routes.post("/lan-gop/<uuid:uuid>/tach", STAFF)
def part(uuid: UUID) -> Answer:
    """Parts them again."""
    officer, form = here(), ReasonForm()
    row = access.merge_for(officer, uuid)
    if not form.validate():
        return _merge_page(row, form), 422
    try:
        with unit_of_work():
            joining.undo(access.merge_for(officer, uuid).id, officer, form.reason.data or "")
    except (Conflict, NotAllowed) as error:
        return _merge_page(row, form, error.text), 409
    return redirect(url_for("merging.merge", uuid=uuid), 303)


# --- from a person's page ---------------------------------------------------------------------------------------------


@routes.get("/tim/<uuid:uuid>", STAFF)
def look(uuid: UUID) -> str:
    """Looks for somebody's other account by name, in my units."""
    officer = here()
    person = access.somebody_for(officer, uuid)
    words = request.args.get("q", person.full_name)[:100]
    found = queries.named(fold(words), access.units_for(officer), but=person.id)
    return render("merging/look.html", person=person, q=words, rows=found)


@routes.post("/tim/<uuid:uuid>", STAFF)
def compare(uuid: UUID) -> Answer:
    """Puts two people side by side who were found by no rule."""
    officer = here()
    try:
        other_uuid = UUID(request.form.get("voi", ""))
    except ValueError:
        raise NotFound from None
    with unit_of_work():
        one, other = access.somebody_for(officer, uuid), access.somebody_for(officer, other_uuid)
        if one.id == other.id:
            raise Conflict(joining.ITSELF)
        pair_id = deciding.propose(one.id, other.id)
    return redirect(url_for("merging.pair", pair=pair_id), 303)


def _draw_panel(person: Person) -> Markup | None:
    """On a person's page: who they may be besides, and which accounts were joined to theirs."""
    officer = here_or_none()
    units = units_where(officer, May.MERGE_PEOPLE) if officer else []
    if officer is None or not units:
        return None
    rows = _listed(queries.open_pairs_of(person.id, units))
    others = [(pair.other if pair.one.id == person.id else pair.one, pair) for pair in rows]
    joined = queries.merges_into(person.id, units, officer.id)
    return Markup(render_fragment("merging/panel.html", person=person, others=others, joined=joined))  # noqa: S704


panels = (Panel("merging.person", "person", _draw_panel, order=70),)
