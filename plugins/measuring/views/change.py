"""What changed: for officials by unit, for a learner their own, and the way to the later check while it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import May, Person, children, here, orgs_by_id, path_name, require_anywhere, roles_that
from lms.api.web import GROUPS, STAFF, MenuItem, Panel, Routes, address, render, render_fragment, say
from lms.api.work import NotFound, Text, _, clock
from plugins.measuring import change
from plugins.measuring.access import require_figures
from plugins.measuring.change import ENTRY, EXIT, LATER, Compared, Scale, compared
from plugins.measuring.gains import CLEAR, FEWEST, LESS, UNSURE, Spread, gain
from plugins.measuring.giving import CSV, XLSX, Cell, as_csv, as_xlsx
from plugins.measuring.services import changing
from quizzes.api import Measure, due_later, measures

routes = Routes("measuring", "/can-bo/thay-doi")
menu = (
    MenuItem(
        "measuring.change", _("What people have learnt"), "chart-column", "staff", roles_that(May.SEE_REPORTS), 60,
        group="data",
    ),
)  # fmt: skip
FROM_TO: dict[str, Text] = {
    EXIT: _("From the beginning of the course to its end"),
    LATER: _("From the beginning of the course to two or three months after it"),
}
OWN: dict[str, Text] = {
    CLEAR: _("{Ban} can clearly do more than before the course."),
    UNSURE: _("No clear difference can be seen yet. So few questions do not show small steps."),
    LESS: _("This time fewer answers were right than before. That happens to everybody; look at the lessons again."),
}


class Line(Struct, frozen=True):
    """One line of the table: who, and their spread; None where they are too few to be told of."""

    name: str
    spread: Spread | None


class Between(Struct, frozen=True):
    """What changed between two moments."""

    title: str
    found: Compared
    lines: list[Line]


class Link(Struct, frozen=True):
    """A way to another unit, or another measure."""

    name: str
    url: str
    now: bool = False


@routes.get("", STAFF, endpoint="change")
def page() -> str:
    """The change in a unit and all below it."""
    person = here()
    units = require_anywhere(person, May.SEE_REPORTS)
    found = measures()
    measure, unit = _measure(found), _unit(person, units)
    scale = change.scale_of(measure.name) if measure else Scale(False)
    lead = orgs_by_id(units)
    path = {"measure": measure.name} if measure else {}
    return render(
        "measuring/change/unit.html",
        unit=path_name(unit) or lead[unit].full_name if unit in lead else path_name(unit),
        measures=[Link(m.title, address("measuring.change", measure=m.name, unit=unit), measure is m) for m in found],
        measure=measure.title if measure else "",
        in_logits=scale.in_logits,
        adjusted=bool(scale.offsets),
        parts=_between(measure.name, scale, unit) if measure else [],
        fewest=FEWEST,
        own=[
            Link(lead[u].full_name, address("measuring.change", unit=u, **path), u == unit) for u in units if u in lead
        ],
        below=[Link(r.full_name, address("measuring.change", unit=r.id, **path)) for r in children(unit)],
        csv_url=address("measuring.change_csv", unit=unit, **path),
        xlsx_url=address("measuring.change_xlsx", unit=unit, **path),
    )


def _measure(found: Sequence[Measure]) -> Measure | None:
    """The measure that the address names; the first where it names none. NotFound for one that is not there."""
    name = request.args.get("measure", "")
    if not name:
        return found[0] if found else None
    for measure in found:
        if measure.name == name:
            return measure
    raise NotFound


def _unit(person: Person, units: Sequence[int]) -> int:
    """The unit that the address names, as far as its figures may be seen; the person's own where it names none."""
    typed = request.args.get("unit", "")
    if not typed:
        return units[0]
    if not typed.isdigit() or len(typed) > 15:
        raise NotFound
    require_figures(person, int(typed))
    return int(typed)


def _between(measure: str, scale: Scale, unit: int) -> list[Between]:
    people = change.forms_of(measure, scale, [unit])
    found = []
    for then, title in FROM_TO.items():
        own = compared(people, ENTRY, then)
        lines = [Line(say(_("Everybody")), own.all)]
        if own.alone or own.helped:
            lines += [
                Line(say(_("Who did both alone")), own.alone), Line(say(_("Who was helped at one of them")), own.helped)
            ]  # fmt: skip
        lines += [Line(_group(key), spread) for key, spread in own.by_group.items() if len(own.by_group) > 1]
        found.append(Between(say(title), own, lines))
    return found


def _group(key: str) -> str:
    return say(GROUPS[key][0]) if key in GROUPS else say(_("In no target group"))


def _table() -> list[list[Cell]]:
    person = here()
    units = require_anywhere(person, May.SEE_REPORTS)
    measure, unit = _measure(measures()), _unit(person, units)
    head = [
        _("Unit"), _("Check"), _("Between"), _("Who"), _("People with both"), _("Handed in the first"),
        _("Only the first"), _("Scale"), _("Mean"), _("Mean: from"), _("Mean: to"), _("A quarter is below"),
        _("Half is below"), _("Three quarters are below"), _("Clearly more, in %"), _("from, in %"), _("to, in %"),
        _("Clearly less, people"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[say(text) for text in head]]
    if measure is None:
        return rows
    scale = change.scale_of(measure.name)
    for part in _between(measure.name, scale, unit):
        for number, line in enumerate(part.lines):
            counts: list[Cell] = [part.found.began, part.found.missing] if number == 0 else [None, None]
            unit_of_scale = say(_("logits")) if scale.in_logits else say(_("points of a hundred"))
            first: list[Cell] = [path_name(unit) or str(unit), measure.title, part.title, line.name]
            s = line.spread
            if s is None:
                rows.append(
                    [*first, say(_("fewer than {n}: not told", n=FEWEST)), *counts, unit_of_scale, *[None] * 10]
                )
            else:
                values = (s.mean, s.low, s.high, s.first, s.median, s.third)
                rows.append(
                    [*first, s.n, *counts, unit_of_scale, *(round(v, 2) for v in values),
                     *(round(100 * v) for v in (s.share, s.share_low, s.share_high)), s.less]
                )  # fmt: skip
    return rows


@routes.get("/tep.csv", STAFF, endpoint="change_csv")
def as_csv_file() -> Response:
    """The table for Excel and others."""
    return _file(as_csv(_table()), CSV, "csv")


@routes.get("/tep.xlsx", STAFF, endpoint="change_xlsx")
def as_xlsx_file() -> Response:
    """The table as a workbook."""
    return _file(as_xlsx(_table(), say(_("What people have learnt"))), XLSX, "xlsx")


def _file(content: bytes, kind: str, ending: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="thay-doi.{ending}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class Own(Struct, frozen=True):
    """What changed for oneself in one measure."""

    title: str
    text: str
    clear: bool


def mine(person: Person, **_more: object) -> Markup | None:
    """On the page of one's own: what changed, in words, once there is something to compare."""
    found = change.own(person.id)
    titles: Mapping[str, str] = {m.name: m.title for m in measures()} if found else {}
    rows = []
    for measure, forms in found.items():
        then = LATER if LATER in forms else EXIT
        first, last = forms.get(ENTRY), forms.get(then)
        if first is None or last is None or first.moment is None or last.moment is None:
            continue
        verdict = gain(first.moment, last.moment).verdict
        rows.append(Own(titles.get(measure, measure), say(OWN[verdict]), verdict == CLEAR))
    return Markup(render_fragment("measuring/change/_mine.html", rows=rows)) if rows else None  # noqa: S704  ours


def later(person: Person | None, **_more: object) -> Markup | None:
    """On the first page: the later check, while it is open."""
    if person is None:
        return None
    for due in due_later(clock.seconds(), person.id):
        found = changing.later_quiz(due.measure)
        if found is not None:
            course, quiz, title = found
            url = address("quizzes.front", course=course, quiz=quiz)
            return Markup(  # noqa: S704  a template's own output
                render_fragment("measuring/change/_later.html", url_=url, title=title, ends_at=due.ends_at - 1)
            )
    return None


panels = (Panel("measuring.later", "home", later), Panel("measuring.mine", "mine", mine))
