"""Authors: what answers say about the questions of a bank, and the scale on which difficulties stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask import request
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.learning import author_orgs
from lms.api.people import Person, here
from lms.api.web import STAFF, Panel, Routes, address, render, render_fragment, say
from lms.api.work import NotFound, _, clock
from plugins.measuring import queries, telling
from plugins.measuring.access import version_for
from plugins.measuring.advising import Scaled
from plugins.measuring.analysis import ALL, FEWEST, LOWER, MIDDLE, NOTHING, PART, UPPER, Figures, Sums, figures
from plugins.measuring.giving import CSV, XLSX, Cell, as_csv, as_xlsx
from plugins.measuring.queries import SumsRow
from plugins.measuring.services import calibrating
from plugins.measuring.services.analysing import difficulties, things_of, usual_time
from plugins.measuring.telling import FLAGS, decimal
from quizzes.api import ITEM_TYPES, Picking, Worded, bank_for, bank_with, worded, words_of

routes = Routes("measuring", "/studio/ngan-hang/<bank>/ket-qua")
scale_routes = Routes("measuring", "/studio/thang-do")
LONGEST_WORDS = 140
MARKS = {ALL: _("The whole point"), PART: _("A part of the point"), NOTHING: _("No point")}
# The chart, in its own units.
WIDE, HIGH, LEFT, TOP, RIGHT, BOTTOM = 360, 220, 44, 12, 22, 40


class Line(Struct, frozen=True):
    """A version in a list."""

    id: int
    words: str
    slug: str
    number: int
    pool: str
    is_current: bool
    n: int
    enough: bool
    difficulty: tuple[str, str]
    discrimination: tuple[str, str]
    flags: list[telling.Told]


def _line(row: SumsRow, version: Worded) -> Line:
    found = figures(Sums.unpacked(row.sums), ())
    return Line(
        row.version_id, words_of(version.body["stem"])[:LONGEST_WORDS] or version.slug, version.slug, version.number,
        version.pool, version.is_current, row.n, found.enough, telling.in_two(found.difficulty),
        telling.in_two(found.discrimination, 2), telling.told(row.flags),
    )  # fmt: skip


@routes.get("", STAFF, endpoint="items")
def listed(bank: str) -> str:
    """The versions of a bank's questions that were answered, those first that need somebody's look."""
    row = bank_for(here(), bank)
    flag = request.args.get("co", "")
    flag = flag if flag in FLAGS else ""
    typed = request.args.get("trang", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    counts = queries.counts(row.id)
    pages = max(1, -(-(counts.by_flag.get(flag, 0) if flag else counts.versions) // queries.A_PAGE))
    number = min(max(1, number), pages)
    rows = queries.of_bank(row.id, flag, number)
    words = worded([r.version_id for r in rows])

    def page_url(n: int) -> str:
        return address("measuring.items", bank=bank, trang=n, co=flag or None)

    return render(
        "measuring/studio/items.html",
        bank=row,
        counts=counts,
        flag=flag,
        flags=[
            (code, say(title), counts.by_flag[code])
            for code, (title, *_rest) in FLAGS.items()
            if counts.by_flag.get(code)
        ],
        rows=[_line(r, words[r.version_id]) for r in rows],
        fewest=FEWEST,
        pages={
            "number": number,
            "total": pages,
            "previous_url": page_url(number - 1) if number > 1 else None,
            "next_url": page_url(number + 1) if number < pages else None,
        },
    )


class Option(Struct, frozen=True):
    """One answer, with how many chose it."""

    letter: str
    text: str
    right: bool
    n: int
    percent: float
    share: tuple[str, str]
    thirds: tuple[str, str, str] | None
    rest: str


@routes.get("/<int:version>", STAFF, endpoint="item")
def shown(bank: str, version: int) -> str:
    """One version: each figure with what it means, each answer with who chose it."""
    row, word = version_for(here(), bank, version)
    kept = queries.of_versions([version]).get(version)
    scaled = difficulties([version]).get(version)
    keys, right, _options = things_of(word)
    names = names_of(word, keys)
    found = figures(Sums.unpacked(kept.sums), keys) if kept else Figures(0)
    usual = usual_time(row.id)
    return render(
        "measuring/studio/item.html",
        bank=row,
        version=word,
        words=words_of(word.body["stem"])[:LONGEST_WORDS] or word.slug,
        found=found,
        fewest=FEWEST,
        flags=telling.told(kept.flags, found, right, names) if kept else [],
        facts=_facts(found, usual),
        choosing=bool(right),
        options=_shown_options(found, names, right),
        chart=_chart(found),
        scaled=scaled,
        scale=_scale(scaled),
        few_scaled=calibrating.FEWEST,
        computed_at=kept.computed_at if kept else None,
        found_at=queries.found_at(version) if scaled else None,
    )


def names_of(version: Worded, keys: Sequence[str]) -> dict[str, str]:
    """What can be chosen, in words on one line; where there is nothing to choose, what an answer was worth."""
    kind: object = ITEM_TYPES.find(version.type)
    if isinstance(kind, Picking):
        things = kind.things_to_pick(version.body["data"])
        return {key: words_of(things[int(key)]) or "–" for key in keys}
    return {key: say(MARKS[key]) for key in keys}


def _facts(found: Figures, usual: float | None) -> list[tuple[str, str]]:
    if not found.enough:
        return []
    facts = [
        (say(_("Papers counted")), str(found.n)),
        (say(_("Share of right answers")), telling.interval(found.difficulty)),
        (say(_("Telling apart (−1 to 1)")), telling.correlation(found.discrimination)),
    ]
    if found.by_third is not None:
        worst, best = (f"{100 * found.by_third[third]:.0f}%" for third in (LOWER, UPPER))
        facts.append((say(_("Right answers, lower and upper third")), f"{worst} → {best}"))
    facts.append((say(_("Left empty")), telling.interval(found.unanswered)))
    facts.append((say(_("Answer changed")), telling.interval(found.changed)))
    if found.times is not None:
        middle, low, high = (round(x) for x in (found.times.median, found.times.low, found.times.high))
        facts.append(
            (
                say(_("Time on it")),
                say(_("{n} s; half of all between {low} and {high} s", n=middle, low=low, high=high)),
            )
        )
        if usual:
            facts.append((say(_("Time on others of this bank")), say(_("{n} s", n=round(usual)))))
    return facts


def _shown_options(found: Figures, names: Mapping[str, str], right: Collection[str]) -> list[Option]:
    rows = []
    for place, chosen in enumerate(found.chosen):
        thirds = None
        if chosen.by_third is not None:
            low, middle, high = (f"{100 * chosen.by_third[third]:.0f}%" for third in (LOWER, MIDDLE, UPPER))
            thirds = (low, middle, high)
        rows.append(
            Option(
                chr(ord("A") + place) if right else "", names[chosen.key], chosen.key in right, chosen.n,
                round(100 * chosen.share.value, 1), telling.in_two(chosen.share), thirds,
                "–" if chosen.rest is None else f"{100 * chosen.rest:.0f}%",
            )
        )  # fmt: skip
    return rows


class Point(Struct, frozen=True):
    """A group of papers in the chart, and in the table that says the same."""

    x: float
    y: float
    rest: int
    share: int
    n: int


def _chart(found: Figures) -> dict[str, object] | None:
    """The share of right answers by how well the rest of the paper was done; None with fewer than three groups."""
    if len(found.curve) < 3:
        return None
    points = [
        Point(round(LEFT + (WIDE - LEFT - RIGHT) * rest, 1), round(TOP + (HIGH - TOP - BOTTOM) * (1 - share), 1),
              round(100 * min(1, rest)), round(100 * share), n)
        for rest, share, n in found.curve
    ]  # fmt: skip
    ticks = (0, 25, 50, 75, 100)
    return {
        "wide": WIDE, "high": HIGH, "left": LEFT, "right": WIDE - RIGHT, "top": TOP, "bottom": HIGH - BOTTOM,
        "points": points, "line": " ".join(f"{p.x},{p.y}" for p in points),
        "across": [(t, LEFT + (WIDE - LEFT - RIGHT) * t / 100) for t in ticks],
        "up": [(t, TOP + (HIGH - TOP - BOTTOM) * (1 - t / 100)) for t in ticks],
    }  # fmt: skip


def _scale(scaled: Scaled | None) -> list[tuple[str, str]]:
    if scaled is None:
        return []
    return [
        (say(_("Difficulty, in logits")), f"{decimal(scaled.difficulty)} ± {decimal(scaled.error)}"),
        (say(_("When it was first found")), f"{decimal(scaled.base)} ± {decimal(scaled.base_error)}"),
        (say(_("Answers it was found from")), str(scaled.n)),
        (say(_("Fit: infit and outfit (1 is best)")), f"{decimal(scaled.infit)} · {decimal(scaled.outfit)}"),
    ]


HEADS = (
    _("Question"), _("Short name"), _("Version"), _("Pool"), _("In use"), _("Papers counted"),
    _("Share of right answers"), _("Least (95%)"), _("Most (95%)"), _("Telling apart"), _("Least (95%)"),
    _("Most (95%)"), _("Left empty"),
    _("Answer changed"), _("Median time, seconds"), _("Difficulty, in logits"), _("Its standard error"), _("Infit"),
    _("Outfit"), _("To look at"),
)  # fmt: skip


def _table(bank_id: int) -> list[list[Cell]]:
    rows = queries.of_bank(bank_id, most=queries.MOST)
    ids = [row.version_id for row in rows]
    words, scaled = worded(ids), difficulties(ids)
    table: list[list[Cell]] = [[say(head) for head in HEADS]]
    for row in rows:
        word, found, at = words[row.version_id], figures(Sums.unpacked(row.sums), ()), scaled.get(row.version_id)
        p, r = found.difficulty, found.discrimination
        table.append(
            [
                words_of(word.body["stem"]), word.slug, word.number, word.pool, "x" if word.is_current else "", row.n,
                *(_rounded(x) for x in ((p.value, p.low, p.high) if p else (None,) * 3)),
                *(_rounded(x) for x in ((r.value, r.low, r.high) if r else (None,) * 3)),
                _rounded(found.unanswered.value if found.unanswered else None),
                _rounded(found.changed.value if found.changed else None),
                round(found.times.median) if found.times else None,
                *(_rounded(x) for x in ((at.difficulty, at.error, at.infit, at.outfit) if at else (None,) * 4)),
                "; ".join(flag.title for flag in telling.told(row.flags)),
            ]
        )  # fmt: skip
    return table


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


@routes.get("/tai-ve.csv", STAFF, endpoint="items_csv")
def given_csv(bank: str) -> Response:
    """The whole list, for Excel and others."""
    return _file(as_csv(_table(bank_for(here(), bank).id)), CSV, "csv")


@routes.get("/tai-ve.xlsx", STAFF, endpoint="items_xlsx")
def given_xlsx(bank: str) -> Response:
    """The same as a workbook."""
    return _file(as_xlsx(_table(bank_for(here(), bank).id), say(_("Question results"))), XLSX, "xlsx")


def _file(content: bytes, kind: str, ending: str) -> Response:
    answer = Response(content, content_type=kind)
    name = f"ket-qua-cau-hoi-{clock.today().isoformat()}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@scale_routes.get("", STAFF, endpoint="scale")
def scale() -> str:
    """The calibrations that made the scale and kept it; for whoever writes questions anywhere."""
    if not author_orgs(here()):
        raise NotFound
    return render(
        "measuring/studio/scale.html",
        rows=[(row, decimal(row.log_likelihood, 1), decimal(row.took_ms / 1000, 1)) for row in queries.runs()],
        fewest=calibrating.FEWEST,
    )


def _on_bank(bank_id: int, person: Person) -> Markup | None:
    """On the page of a bank: the way to its questions' results, and how many wait for a look."""
    try:
        bank = bank_with(person, bank_id)
    except NotFound:
        return None
    return Markup(render_fragment("measuring/studio/_bank.html", bank=bank, counts=queries.counts(bank_id)))  # noqa: S704


def _on_item(version_ids: Sequence[int], person: Person) -> Markup | None:
    """On the page of a question: what answers say about each of its versions."""
    words = worded(version_ids)
    if not words:
        return None
    try:
        bank = bank_with(person, next(iter(words.values())).bank_id)
    except NotFound:
        return None
    kept = queries.of_versions(version_ids)
    rows = [_line(kept[version], words[version]) for version in version_ids if version in kept]
    return Markup(render_fragment("measuring/studio/_item.html", bank=bank, rows=rows, fewest=FEWEST))  # noqa: S704


panels = (Panel("measuring.bank", "bank", _on_bank), Panel("measuring.item", "item", _on_item))
