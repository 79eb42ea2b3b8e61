"""Officers: a question that turned out to be bad. Who would pass, then the act, and undoing it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from flask import redirect, request
from markupsafe import Markup
from msgspec import Struct, field
from msgspec.structs import replace
from werkzeug.wrappers import Response

from lms.api.competency import AttainmentRow
from lms.api.people import May, Person, here, people_by_id, roles_that
from lms.api.studio import Field
from lms.api.web import (
    STAFF,
    MenuItem,
    Panel,
    Routes,
    address,
    composed,
    composed_lines,
    current_locale,
    panels,
    render,
    render_fragment,
    say,
    short_date,
)
from lms.api.work import Conflict, Invalid, NotFound, Text, _, clock, unit_of_work
from quizzes import corrections
from quizzes.access import (
    correcting_units,
    correction_for,
    item_to_correct,
    may_correct,
    units_seen,
)
from quizzes.corrections import (
    A_PAGE,
    APPLIED,
    APPLYING,
    LOOKED,
    LOOKING,
    UNDOING,
    UNDONE,
    CorrectionRow,
    Counts,
    Touched,
    VersionChoice,
)
from quizzes.items.contract import ITEM_TYPES
from quizzes.remarks import ALL, DROP, KEY
from quizzes.services import neutralising
from quizzes.services.neutralising import ALONE, Wish
from quizzes.stems import words_of
from quizzes.views.marking import page_asked, paged

routes = Routes("quizzes", "/can-bo/cau-hoi-sai")
menu = (
    MenuItem(
        "quizzes.corrections", _("Bad questions"), "shield-alert", "staff", roles_that(May.PUBLISH), 33, group="assess"
    ),
)
Answer = str | Response | tuple[str, int]
AT_ONCE = 200  # papers that are dealt with before the page comes back; the others are the worker's
MOST_ATTAINED = 500  # people whose attainments a page looks for
WAYS: dict[str, Text] = {
    DROP: _("The question does not count: fewer right answers are needed, in proportion"),
    ALL: _("Everybody gets the point"),
    KEY: _("Another answer counts as right too"),
}
STATES: dict[int, tuple[Text, str]] = {
    LOOKING: (_("Papers are being counted"), "info"),
    LOOKED: (_("Not applied yet"), "wait"),
    APPLYING: (_("Papers are being marked anew"), "info"),
    APPLIED: (_("Applied"), "ok"),
    UNDOING: (_("Being undone"), "info"),
    UNDONE: (_("Undone"), ""),
}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class Listed(Struct, frozen=True):
    """A correction in the list."""

    slug: str
    bank: str
    way: str
    state: str
    tone: str
    papers: int
    gained: int
    lost: int
    by: str
    at: int
    url: str


@routes.get("", STAFF, endpoint="corrections")
def list_() -> str:
    """What was done about bad questions, the newest first."""
    person = here()
    number = page_asked()
    rows, total = corrections.of_units(correcting_units(person), number)
    counts = corrections.counts_of([r.id for r in rows])
    people = people_by_id(r.made_by for r in rows)
    return render(
        "quizzes/after/list.html",
        rows=[
            Listed(
                r.slug, r.bank_title, say(WAYS[r.way]), say(STATES[r.state][0]), STATES[r.state][1],
                counts[r.id].papers, counts[r.id].gained, counts[r.id].lost,
                people[r.made_by].full_name if r.made_by in people else "", r.applied_at or r.made_at,
                address("quizzes.correction", uuid=r.uuid),
            )
            for r in rows
        ],
        total=total,
        pages=paged("quizzes.corrections", number, total, A_PAGE),
    )  # fmt: skip


class Typed(Struct, frozen=True):
    """The form as it was sent, or as it begins."""

    version: str = ""
    quizzes: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    way: str = DROP
    also: tuple[str, ...] = ()
    reason: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    def bound(self, name: str) -> Field:
        return Field(getattr(self, name), self.errors.get(name, []))


@routes.get("/moi", STAFF, endpoint="correction_new")
def new() -> Answer:
    """The form: which question, in which papers, and what is to be done about it."""
    person = here()
    slug = (composed(request.args.get("cau")) or "").strip()[:64]
    if not slug:
        correcting_units(person)
        return render("quizzes/after/which.html", slug=Field("", []))
    try:
        item_id, pool, _bank = item_to_correct(person, slug)
    except NotFound:
        text = say(_("No question of your banks has this name. Its name stands on its page, above the wording."))
        return render("quizzes/after/which.html", slug=Field(slug, [text])), 404
    versions = corrections.versions_of(item_id)
    mine, _elsewhere = corrections.quizzes_with(item_id, pool, correcting_units(person))
    given = tuple(str(q.id) for q in mine if q.given) or tuple(str(q.id) for q in mine)
    current = next((v for v in versions if v.is_current), versions[0])
    return _form(person, slug, Typed(version=str(current.id), quizzes=given))


def _form(person: Person, slug: str, typed: Typed) -> str:
    item_id, pool, bank = item_to_correct(person, slug)
    versions = corrections.versions_of(item_id)
    mine, elsewhere = corrections.quizzes_with(item_id, pool, correcting_units(person))
    return render(
        "quizzes/after/new.html",
        slug=slug,
        bank=bank,
        words=versions[0].words,
        versions=[
            *((str(v.id), say(_("Wording {n}: {words}", n=v.number, words=v.words[:90]))) for v in versions),
            *([("all", say(_("All wordings of this question")))] if len(versions) > 1 else []),
        ],
        quizzes=[
            (str(q.id), say(_("{title} · stood in {n} papers", title=q.title, n=q.given)) if q.given else q.title)
            for q in mine
        ],
        elsewhere=elsewhere,
        ways=[(way, say(text)) for way, text in WAYS.items() if way != KEY or _keyed(versions)],
        options=_options(versions),
        typed=typed,
    )


def _keyed(versions: Sequence[VersionChoice]) -> list[VersionChoice]:
    """The wordings of which another answer can be made to count."""
    return [v for v in versions if v.type == ALONE]


def _options(versions: Sequence[VersionChoice]) -> list[tuple[str, str]]:
    """The wrong answers of the wordings, to choose from; each names its wording where there are several."""
    found = []
    keyed = _keyed(versions)
    for v in keyed:
        for n, option in enumerate(v.body["data"]["options"]):
            if not option.get("correct"):
                text = words_of(option["text"])
                words = say(_("Wording {n}: {words}", n=v.number, words=text)) if len(keyed) > 1 else text
                found.append((f"{v.id}:{n}", words))
    return found


@routes.post("", STAFF, endpoint="correction_begin")
def begin() -> Answer:
    """Counts who would pass; nothing is changed by it."""
    person = here()
    slug = (composed(request.form.get("cau")) or "").strip()[:64]
    item_id, pool, _bank = item_to_correct(person, slug)
    typed, wish = _read(person, item_id, pool)
    if wish is None:
        return _form(person, slug, typed), 422
    try:
        with unit_of_work():
            uuid = neutralising.begin(wish, person.id)
    except Invalid as error:
        refused = replace(typed, errors={"": [say(error.text)]})
        return _form(person, slug, refused), 422
    _some(uuid)
    return redirect(address("quizzes.correction", uuid=uuid), 303)


def _some(uuid: UUID) -> None:
    """The first papers at once, so that a small matter is done when the page comes back."""
    for _part in range(2):
        with unit_of_work():
            if not neutralising.do_part(uuid, AT_ONCE):
                return


def _read(person: Person, item_id: int, pool: str) -> tuple[Typed, Wish | None]:
    form = request.form
    mine = {str(q.id) for q in corrections.quizzes_with(item_id, pool, correcting_units(person))[0]}
    version = form.get("version", "")
    typed = Typed(
        version,
        tuple(q for q in form.getlist("quizzes") if q in mine),
        (composed(form.get("since")) or "").strip()[:20],
        (composed(form.get("until")) or "").strip()[:20],
        form.get("way", ""),
        tuple(form.getlist("also")),
        composed_lines(form.get("reason")) or "",
    )
    errors: dict[str, list[str]] = {}
    since, until = _moment(typed.since, "since", errors), _moment(typed.until, "until", errors, after=True)
    if not typed.reason.strip():
        errors["reason"] = [say(_("Please say why, in a sentence that learners can read."))]
    if not typed.quizzes:
        errors["quizzes"] = [say(_("Please choose at least one quiz."))]
    if typed.way not in WAYS:
        errors["way"] = [say(_("Please choose what is to be done."))]
    versions = {str(v.id): v.id for v in corrections.versions_of(item_id)}
    if version not in versions and version != "all":
        errors["version"] = [say(_("Please choose one wording."))]
    pairs = [one.split(":") for one in typed.also if re.fullmatch(r"\d{1,18}:\d{1,2}", one)]
    also = [[int(n)] for v, n in pairs if v == version] if typed.way == KEY else []
    if typed.way == KEY and "version" not in errors:
        if version == "all":
            errors["version"] = [say(_("Answers differ from wording to wording: please choose one wording."))]
        elif not also:
            errors["also"] = [say(_("Please choose which answer counts as right too."))]
    if errors:
        return replace(typed, errors=errors), None
    return typed, Wish(
        item_id, versions.get(version), [int(q) for q in typed.quizzes], since, until, typed.way, also, typed.reason
    )


def _moment(typed: str, name: str, errors: dict[str, list[str]], *, after: bool = False) -> int | None:
    """The moment at which a day begins here (`after`: at which it has ended); None where none was typed."""
    if not typed:
        return None
    found = _DAY.fullmatch(typed)
    try:
        if found is None:
            raise ValueError
        day = date(int(found[3]), int(found[2]), int(found[1]))
        begins = int(datetime.combine(day, time(), clock.local(clock.now()).tzinfo).timestamp())
    except (ValueError, OverflowError):
        errors[name] = [say(_("Please write the day like this: 20/11/2026."))]
        return None
    return begins + 86_400 if after else begins


class Row(Struct, frozen=True):
    """A figure before and after."""

    text: str
    before: int
    after: int


@routes.get("/<uuid:uuid>", STAFF, endpoint="correction")
def one(uuid: UUID) -> str:
    """What it does to how many papers, how far it is, and what can be done next."""
    return _page(correction_for(here(), uuid), "", "")


def _page(row: CorrectionRow, wrong: str, typed: str) -> str:
    person = here()
    counts = corrections.counts_of([row.id])[row.id]
    versions = corrections.versions_of(row.item_id)
    shown = next((v for v in versions if v.id == (row.version_id or row.newest_id)), versions[0])
    people = people_by_id(i for i in (row.made_by, row.applied_by, row.undone_by) if i)
    titles = corrections.titles_of(row.quizzes)
    kind = ITEM_TYPES.find(shown.type)
    seen = units_seen(person)
    attained = _attained(row, seen) if row.state not in (LOOKING,) else []

    def name(account_id: int | None) -> str:
        return people[account_id].full_name if account_id in people else ""

    return render(
        "quizzes/after/correction.html",
        row=row,
        words=shown.words,
        wording=shown.number if row.version_id else 0,
        quizzes=[titles[i] for i in row.quizzes if i in titles],
        period=_period(row),
        way=say(WAYS[row.way]),
        also=[text for one in row.also for text in kind.in_words(shown.body["data"], list(one))] if kind else [],
        state=say(STATES[row.state][0]),
        tone=STATES[row.state][1],
        counts=counts,
        verdicts=_verdicts(counts),
        share=_share(row, counts),
        made_by=name(row.made_by),
        applied_by=name(row.applied_by),
        undone_by=name(row.undone_by),
        may_apply=row.state == LOOKED,
        may_undo=row.state == APPLIED,
        attained=[
            {"name": a_name, "title": a.title, "at": a.attained_at, "lost": lost} for a, a_name, lost in attained
        ],
        panels=panels("remarked", attainment_ids=[a.id for a, _name, _lost in attained], person=person),
        wrong=wrong,
        reason=Field(typed, []),
    )


def _verdicts(counts: Counts) -> list[Row]:
    failed_before = counts.judged - counts.passed_was
    return [
        Row(say(_("Passed")), counts.passed_was, counts.passed_now),
        Row(say(_("Not passed")), failed_before, counts.judged - counts.passed_now),
        Row(say(_("Papers with a verdict")), counts.judged, counts.judged),
    ]


def _share(row: CorrectionRow, counts: Counts) -> int:
    """How far the work is, in percent; 0 while nobody knows how much there is."""
    ready = counts.papers - counts.open
    if row.state == APPLYING:
        return 100 * counts.done // ready if ready else 0
    if row.state == UNDOING:
        return 100 * counts.back // ready if ready else 0
    return 0


def _period(row: CorrectionRow) -> str:
    def day(moment: int) -> str:
        return short_date(clock.local(clock.from_seconds(moment)).date(), current_locale())

    if row.since is not None and row.until is not None:
        return say(_("begun from {first} to {last}", first=day(row.since), last=day(row.until - 1)))
    if row.since is not None:
        return say(_("begun from {first} on", first=day(row.since)))
    if row.until is not None:
        return say(_("begun until {last}", last=day(row.until - 1)))
    return say(_("all, whenever they were begun"))


def _attained(row: CorrectionRow, seen: list[int]) -> list[tuple[AttainmentRow, str, bool]]:
    """What people attained by these quizzes whose verdict is touched: with their names, as far as one may see them."""
    if not seen:
        return []
    found: dict[int, bool] = {}
    for lost in (False, True):
        papers, _total = corrections.touched(row.id, lost, seen, 1, MOST_ATTAINED)
        found |= {p.account_id: lost for p in papers}
    people = people_by_id(found)
    return [
        (a, people[a.account_id].full_name if a.account_id in people else "", found[a.account_id])
        for a in neutralising.attainments_of(row.quizzes, list(found))
    ]


class Named(Struct, frozen=True):
    """Somebody whose verdict is touched."""

    name: str
    unit: str
    quiz: str
    at: int


@routes.get("/<uuid:uuid>/<who>", STAFF, endpoint="correction_people")
def people(uuid: UUID, who: str) -> str:
    """Those who pass only now (`dat`), or would pass no more and stay passed (`giu`): by name, of one's own units."""
    person = here()
    row = correction_for(person, uuid)
    if who not in ("dat", "giu"):
        raise NotFound
    seen, number = units_seen(person), page_asked()
    rows: list[Touched] = []
    total = 0
    if seen:
        rows, total = corrections.touched(row.id, who == "giu", seen, number)
    counts = corrections.counts_of([row.id])[row.id]
    names = people_by_id(p.account_id for p in rows)
    titles = corrections.titles_of(row.quizzes)
    return render(
        "quizzes/after/people.html",
        row=row,
        lost=who == "giu",
        rows=[
            Named(
                names[p.account_id].full_name if p.account_id in names else "", "", titles.get(p.activity_id, ""),
                p.submitted_at,
            )
            for p in rows
        ],
        total=total,
        elsewhere=(counts.lost if who == "giu" else counts.gained) - total,
        pages=paged("quizzes.correction_people", number, total, A_PAGE, uuid=uuid, who=who),
    )  # fmt: skip


@routes.post("/<uuid:uuid>/ap-dung", STAFF, endpoint="correction_apply")
def apply(uuid: UUID) -> Answer:
    """Applies it."""
    person = here()
    row = correction_for(person, uuid)
    try:
        with unit_of_work():
            neutralising.apply(correction_for(person, uuid, hold=True), person.id)
    except Conflict as error:
        return _page(row, say(error.text), ""), error.status
    _some(uuid)
    return redirect(address("quizzes.correction", uuid=uuid), 303)


@routes.post("/<uuid:uuid>/hoan-tac", STAFF, endpoint="correction_undo")
def undo(uuid: UUID) -> Answer:
    """Undoes it."""
    person = here()
    row = correction_for(person, uuid)
    reason = composed_lines(request.form.get("reason")) or ""
    try:
        with unit_of_work():
            neutralising.undo(correction_for(person, uuid, hold=True), person.id, reason)
    except (Conflict, Invalid) as error:
        return _page(row, say(error.text), reason), error.status
    _some(uuid)
    return redirect(address("quizzes.correction", uuid=uuid), 303)


@routes.post("/<uuid:uuid>/bo", STAFF, endpoint="correction_drop")
def drop(uuid: UUID) -> Answer:
    """Throws away what was only counted."""
    person = here()
    row = correction_for(person, uuid)
    try:
        with unit_of_work():
            neutralising.throw_away(correction_for(person, uuid, hold=True))
    except Conflict as error:
        return _page(row, say(error.text), ""), error.status
    return redirect(address("quizzes.corrections"), 303)


def _on_item(version_ids: Sequence[int], person: Person) -> Markup | None:
    """On the page of a question: what was done about it, and the way to do something."""
    slug = corrections.slug_of_versions(version_ids)
    if slug is None or not may_correct(person, slug):
        return None
    item = corrections.item_of(slug)
    rows = [] if item is None else corrections.of_items([item[0]])
    return Markup(  # noqa: S704  a template's own output
        render_fragment(
            "quizzes/after/_on_item.html",
            slug=slug,
            rows=[
                {
                    "url": address("quizzes.correction", uuid=r.uuid), "state": say(STATES[r.state][0]),
                    "tone": STATES[r.state][1], "way": say(WAYS[r.way]), "at": r.applied_at or r.made_at,
                }
                for r in rows
            ],
        )
    )  # fmt: skip


on_item = (Panel("quizzes.corrections", "item", _on_item, 40),)
