"""Issuers: how papers of a unit look; drafts, a preview drawn by the server, versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from flask import Response, current_app, redirect, request, url_for
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response as WerkzeugResponse

from certificates.designs import ACCENTS, DEFAULT_ACCENT
from certificates.designs.paper import PaperKind
from certificates.lawful import MOST_EXTRA, MOST_ISSUER_LINES, MOST_LINE, MOST_NAME, MOST_POST_LINES, Wish
from certificates.points import DESIGNS
from certificates.services import looks
from certificates.services.drawing import as_picture
from certificates.services.looks import LookRow
from lms.api.data import FileStore
from lms.api.people import (
    May,
    Person,
    here,
    may_at,
    org,
    path_names,
    people_by_id,
    pick_unit,
    reaches,
    require_anywhere,
    require_at,
    roles_that,
)
from lms.api.studio import Field
from lms.api.web import STAFF, MenuItem, Routes, composed, composed_lines, render, say, static_address
from lms.api.work import Conflict, Invalid, NotFound, Subject, Text, _, unit_of_work

routes = Routes("certificates", "/can-bo/mau-giay")
DECIDES: Final = May.CHANGE_UNITS
PREVIEW_WIDTH: Final = 900  # pixels across
Answer = str | WerkzeugResponse | tuple[str, int]
TITLES: Final[dict[PaperKind, Text]] = {
    "attainment": _("Giấy xác nhận, for a level of digital skills"),
    "course": _("Giấy chứng nhận, for a course"),
    "contest": _("Giấy chứng nhận, for a contest"),
}
SLUGS: Final[dict[PaperKind, str]] = {"attainment": "xac-nhan", "course": "khoa-hoc", "contest": "cuoc-thi"}
KINDS: Final[dict[str, PaperKind]] = {slug: kind for kind, slug in SLUGS.items()}
FIELDS: Final = ("design", "accent", "issuer", "post", "signer", "extra", "logo")
menu = (MenuItem("certificates.looks", _("Look of papers"), "image", "staff", roles_that(DECIDES), 45, group="papers"),)


def _titles(keys: Collection[str], units: Collection[int]) -> dict[str, str]:
    """What acts on looks are about, for the journal: the unit and the kind of paper. `units`: whose acts are read."""
    places = {key: key.partition("/") for key in keys}
    ids = {int(org_id) for org_id, _slash, kind in places.values() if org_id.isdigit() and kind in TITLES}
    names = path_names({one for one in ids if reaches(units, one)}) if ids else {}
    return {
        key: f"{names[int(org_id)]}: {say(TITLES[kind])}"
        for key, (org_id, _slash, kind) in places.items()
        if org_id.isdigit() and int(org_id) in names and kind in TITLES
    }


subjects = (Subject("look", _("Look of papers"), _titles),)


class LookShown(Struct, frozen=True):
    """A look in a list."""

    unit: str
    title: str
    design: str
    version: int
    at: int
    url: str


class VersionShown(Struct, frozen=True):
    """A version in the list of an issuer's. `words`: what it says, in one line."""

    version: int
    at: int | None
    by: str
    words: str
    in_force: bool
    may_return: bool


def _place(slug: str, org_id: int) -> tuple[Person, PaperKind]:
    """Who is here, and which kind is meant: allowed for this unit, or NotFound."""
    person, kind = here(), KINDS.get(slug)
    if kind is None or org(org_id) is None:
        raise NotFound
    require_at(person, DECIDES, org_id)
    return person, kind


@routes.get("", STAFF, endpoint="looks")
def index() -> Answer:
    """The looks in force of my units, and the way to a new one."""
    person = here()
    units = require_anywhere(person, DECIDES)
    pick = pick_unit("unit", within=units, default=units[0])
    kind = request.args.get("kind", "")
    if request.args.get("open") and kind in KINDS and pick.chosen is not None and not pick.searching:
        return redirect(url_for("certificates.look", org_id=pick.chosen, kind=kind), 303)
    rows = [row for row in looks.in_force() if may_at(person, DECIDES, row.org_id)]
    names = path_names({row.org_id for row in rows}) if rows else {}
    shown = [
        LookShown(
            names.get(row.org_id, ""), say(TITLES[row.kind]), _design_name(row), row.version, row.published_at or 0,
            url_for("certificates.look", org_id=row.org_id, kind=SLUGS[row.kind]),
        )
        for row in rows
    ]  # fmt: skip
    shown.sort(key=lambda row: (row.unit, row.title))
    return render(
        "certificates/looks/list.html",
        rows=shown,
        pick=pick,
        kind=Field(kind or SLUGS["attainment"], []),
        kinds=[(SLUGS[one], say(words)) for one, words in TITLES.items()],
    )


@routes.get("/<int:org_id>/<kind>", STAFF)
def look(org_id: int, kind: str) -> Answer:
    """The editor: the draft, else what is in force, else the system's default; with ?xem=1 what was typed."""
    _person, meant = _place(kind, org_id)
    found = looks.versions(org_id, meant)
    base = _base(found, meant, org_id)
    if not request.args.get("xem"):
        return _page(org_id, meant, found, base, {})
    wish = _typed(request.args, base)
    try:
        looks.check(wish, meant)
    except Invalid as error:
        return _page(org_id, meant, found, wish, error.fields or {"": error.text}), 422
    return _page(org_id, meant, found, wish, {}, tried=True)


@routes.get("/<int:org_id>/<kind>/xem.png", STAFF, endpoint="look_preview")
def preview(org_id: int, kind: str) -> WerkzeugResponse:
    """A sample as it was typed, marked MẪU across; 422 with the reason where papers may not look like that."""
    _person, meant = _place(kind, org_id)
    wish = _base(looks.versions(org_id, meant), meant, org_id)
    if request.args.get("xem"):
        wish = _typed(request.args, wish)
    answer = Response(as_picture(looks.preview(wish, meant), PREVIEW_WIDTH, looks.SAMPLE), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


@routes.post("/<int:org_id>/<kind>", STAFF, endpoint="look_save")
def save(org_id: int, kind: str) -> Answer:
    """Keeps the draft; with `publish` it is in force at once, for papers issued from now on."""
    person, meant = _place(kind, org_id)
    found = looks.versions(org_id, meant)
    wish = _typed(request.form, _base(found, meant, org_id))
    try:
        wish = replace(wish, logo=_logo(wish.logo))
        looks.check(wish, meant)
        with unit_of_work():
            require_at(person, DECIDES, org_id)
            _renew(wish.logo)
            looks.save(org_id, meant, wish, person.id)
            if request.form.get("publish"):
                looks.publish(org_id, meant, person.id)
    except Invalid as error:
        return _page(org_id, meant, found, wish, error.fields or {"": error.text}), 422
    return redirect(url_for("certificates.look", org_id=org_id, kind=kind), 303)


@routes.post("/<int:org_id>/<kind>/phien-ban", STAFF, endpoint="look_back")
def back(org_id: int, kind: str) -> WerkzeugResponse:
    """Puts an older version in force again; without a version the unit's own look ends."""
    person, meant = _place(kind, org_id)
    typed = request.form.get("version", "")
    with unit_of_work():
        require_at(person, DECIDES, org_id)
        if typed == "none":
            looks.end(org_id, meant, person.id)
        elif typed.isascii() and typed.isdigit() and len(typed) < 6:
            looks.back_to(org_id, meant, int(typed), person.id)
        else:
            raise Conflict(_("This version is not there. Please look at the list again."))
    return redirect(url_for("certificates.look", org_id=org_id, kind=kind), 303)


def _base(found: list[LookRow], kind: PaperKind, org_id: int) -> Wish:
    for row in found:
        if not row.ended:
            return row.wish
    unit = org(org_id)
    return looks.first_wish(kind, unit.full_name if unit else "")


def _typed(sent: Any, base: Wish) -> Wish:
    """What a form says. The logo is the one that was there, unless it is to go: no form names files."""
    return Wish(
        design=sent.get("design", "")[:40],
        issuer_lines=_lines(sent.get("issuer")),
        post_lines=_lines(sent.get("post")),
        signer=(composed(sent.get("signer")) or "")[:1000],
        extra_line=(composed(sent.get("extra")) or "")[:1000],
        accent=sent.get("accent", "")[:20],
        logo="" if sent.get("no_logo") else base.logo,
    )


def _lines(typed: str | None) -> tuple[str, ...]:
    lines = (" ".join(line.split()) for line in (composed_lines((typed or "")[:4000]) or "").splitlines())
    return tuple(line for line in lines if line)[:20]


def _logo(held: str) -> str:
    """The key of the logo: of the file that was sent, or the one that was there."""
    sent = request.files.get("logo")
    content = sent.stream.read(looks.MOST_LOGO_BYTES + 1) if sent is not None and sent.filename else b""
    if not content:
        return held
    if not request.form.get("own_logo"):
        words = _(
            "Please confirm that the picture is the body's own logo. A seal, a handwritten signature and the national"
            " emblem must not be drawn on these papers."
        )
        raise Invalid(words, own_logo=words)
    return looks.keep_logo(content)


def _renew(key: str) -> None:
    store: FileStore = current_app.extensions["lms.files"]
    if key and not store.renew(key):
        words = _("The logo's file is no longer there. Please choose it again.")
        raise Invalid(words, logo=words)


def _page(
    org_id: int, kind: PaperKind, found: list[LookRow], wish: Wish, wrong: Mapping[str, Text], tried: bool = False
) -> str:
    errors = {name: [say(words)] for name, words in wrong.items()}
    slug = SLUGS[kind]
    draft = found[0] if found and found[0].published_at is None else None
    current = next((row for row in found if row.published_at is not None), None)
    values = {
        "design": wish.design, "accent": wish.accent or DEFAULT_ACCENT[kind], "issuer": "\n".join(wish.issuer_lines),
        "post": "\n".join(wish.post_lines), "signer": wish.signer, "extra": wish.extra_line, "logo": "",
    }  # fmt: skip
    address = url_for("certificates.look_preview", org_id=org_id, kind=slug)
    asked: dict[str, Any] = {name: values[name] for name in FIELDS if name != "logo"} | {"xem": "1"}
    if request.values.get("no_logo"):
        asked["no_logo"] = "1"
    return render(
        "certificates/looks/edit.html",
        unit=path_names({org_id}).get(org_id, ""),
        title=say(TITLES[kind]),
        action=url_for("certificates.look_save", org_id=org_id, kind=slug),
        page_url=url_for("certificates.look", org_id=org_id, kind=slug),
        preview_url=address,
        preview_now=url_for("certificates.look_preview", org_id=org_id, kind=slug, **asked),
        tried=tried,
        form={name: Field(values[name], errors.get(name, [])) for name in FIELDS}
        | {"own_logo": Field("", errors.get("own_logo", []))},
        errors=errors,
        designs=[(one.key, say(one.label)) for one in looks.offered(kind)],
        accents=[(name, say(one.label)) for name, one in ACCENTS.items() if one.kind == kind],
        has_logo=bool(wish.logo),
        draft=draft,
        in_force=current is not None and not current.ended,
        versions=_versions(found),
        back_url=url_for("certificates.look_back", org_id=org_id, kind=slug),
        most={
            "issuer": MOST_ISSUER_LINES, "post": MOST_POST_LINES, "line": MOST_LINE, "name": MOST_NAME,
            "extra": MOST_EXTRA,
        },
        script=static_address("certificates/looks.js"),
    )  # fmt: skip


def _versions(found: list[LookRow]) -> list[VersionShown]:
    done = [row for row in found if row.published_at is not None]
    people = people_by_id({row.published_by for row in done if row.published_by is not None}) if done else {}
    return [
        VersionShown(
            row.version, row.published_at,
            people[row.published_by].full_name if row.published_by in people else "",
            say(_("As the unit above has it")) if row.ended else f"{_design_name(row)}: {row.wish.issuer_lines[-1]}",
            index == 0, index > 0 and not row.ended,
        )
        for index, row in enumerate(done)
    ]  # fmt: skip


def _design_name(row: LookRow) -> str:
    found = DESIGNS.find(row.design)
    return say(found.label) if found is not None else row.design
