"""How papers of an issuer look: drafts, versions, and the one that is in force when a paper is issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import current_app
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from certificates import wording
from certificates.designs.paper import CannotDraw, Paper, PaperKind
from certificates.lawful import LEAST_SIZE, Wish, problems
from certificates.models import PaperLook
from certificates.points import DESIGNS, Design
from certificates.services.drawing import drawn, look_of
from lms.api.data import FileStore, Statement
from lms.api.people import ancestors_of
from lms.api.work import Conflict, Invalid, Text, _, audit, clock, connection, settings

KINDS: Final[tuple[PaperKind, ...]] = ("attainment", "course", "contest")
#: What papers look like where no issuer has decided: the system's default.
DEFAULT: Final[dict[PaperKind, tuple[str, int]]] = {
    "attainment": ("state", 2), "course": ("course", 1), "contest": ("contest", 1),
}  # fmt: skip
MOST_LOGO_BYTES: Final = 2_000_000
SAMPLE: Final = "MẪU"
L = PaperLook.__table__


class LookRow(Struct, frozen=True):
    """A version of a look, or its draft (`published_at` None)."""

    id: int
    org_id: int
    kind: PaperKind
    version: int
    design: str
    body: Mapping[str, Any]
    made_by: int
    made_at: int
    published_by: int | None
    published_at: int | None

    @property
    def ended(self) -> bool:
        """Whether papers look, from this version on, as the unit above has it."""
        return not self.design

    @property
    def wish(self) -> Wish:
        """What was wished; not of a version that ended the look."""
        return Wish.of(self.design, self.body)


_ALL = select(
    L.c.id, L.c.org_id, L.c.kind, L.c.version, L.c.design, L.c.body, L.c.made_by, L.c.made_at, L.c.published_by,
    L.c.published_at,
)  # fmt: skip
ANY_LOOK = exists().where(L.c.published_at.is_not(None))  # whether anybody ever put a look in force; in a statement
_newest = L.alias()
_IN_FORCE: Statement[LookRow] = Statement(
    _ALL.where(
        L.c.published_at.is_not(None),
        L.c.version
        == select(func.max(_newest.c.version))
        .where(_newest.c.org_id == L.c.org_id, _newest.c.kind == L.c.kind, _newest.c.published_at.is_not(None))
        .scalar_subquery(),
    ),
    LookRow,
)
_VERSIONS: Statement[LookRow] = Statement(
    _ALL.where(L.c.org_id == bindparam("org"), L.c.kind == bindparam("kind")).order_by(L.c.version.desc()), LookRow
)


class Wardrobe:
    """The looks in force, as papers are issued: made in the unit of work that issues, once for however many papers.

    One statement where nobody has decided anything, else two; none where it is known (`ANY_LOOK`) that nobody has.
    """

    def __init__(self, org_ids: Iterable[int | None], any_look: bool = True) -> None:
        rows = _IN_FORCE.all() if any_look else ()
        self._rows = {(row.org_id, row.kind): row for row in rows if not row.ended}
        units = {one for one in org_ids if one is not None} if self._rows else set()
        self._above = ancestors_of(units) if units else {}

    def chosen(self, kind: PaperKind, org_id: int | None) -> LookRow | None:
        """The look of the nearest unit, the paper's own or above it, that has one; None for the system's default."""
        for unit in self._above.get(org_id, ()) if org_id is not None else ():
            found = self._rows.get((unit, kind))
            if found is not None and DESIGNS.find(found.design) is not None:
                return found
        return None

    def put_on(self, paper: Paper, org_id: int | None) -> tuple[Paper, str, int]:
        """The paper with all that the look says, and the (name, version) of the design that draws it."""
        row = self.chosen(paper.kind, org_id)
        if row is None:
            return (paper, *DEFAULT[paper.kind])
        return dressed(paper, row.wish, row.id)


def dressed(paper: Paper, wish: Wish, look_id: int | None) -> tuple[Paper, str, int]:
    """A paper with what was wished, and the design that draws it. The words of the programme stay as they are."""
    design = DESIGNS.get(wish.design)
    made = replace(
        paper,
        issuer_lines=wish.issuer_lines,
        signatory_lines=wish.signatory_lines,
        extra_line=wish.extra_line or None,
        accent=wish.accent,
        logo=wish.logo,
        look=look_id,
        national_heading=paper.national_heading and not design.party,
    )
    return made, design.name, design.version


def in_force() -> list[LookRow]:
    """Every look in force, of all units; one statement."""
    return [row for row in _IN_FORCE.all() if not row.ended]


def versions(org_id: int, kind: PaperKind) -> list[LookRow]:
    """All versions of a unit's look, the newest first; the draft is among them."""
    return _VERSIONS.all(org=org_id, kind=kind)


def offered(kind: PaperKind) -> list[Design]:
    """The designs that an issuer may choose for a kind."""
    return [design for design in DESIGNS if design.offered and kind in design.kinds]


def first_wish(kind: PaperKind, unit_name: str) -> Wish:
    """What the editor begins with where there is nothing yet."""
    name, version = DEFAULT[kind]
    return Wish(f"{name}/{version}", (unit_name.upper(),))


def keep_logo(content: bytes) -> str:
    """Keeps a logo drawn anew as plain pixels and returns its key. Raises Invalid. Before the transaction names it."""
    from lms.api.papers import logo

    if len(content) > MOST_LOGO_BYTES:
        words = _(
            "This file is larger than {most} MB. Please make the logo smaller.", most=MOST_LOGO_BYTES // 1_000_000
        )
        raise Invalid(words, logo=words)
    made = logo(content)
    if made is None:
        words = _(
            "This picture cannot be used as a logo. Please choose a PNG, JPEG, WebP or SVG file that shows something."
        )
        raise Invalid(words, logo=words)
    store: FileStore = current_app.extensions["lms.files"]
    return store.put(made)


def check(wish: Wish, kind: PaperKind) -> None:
    """Raises Invalid, by field, where papers may not look like that: by their words, by letters, by length.

    It draws, so it is not called in a unit of work.
    """
    found = problems(wish, kind, DESIGNS.find(wish.design), settings().issuer_is_state)
    if not found:
        found = _cannot_be_drawn(wish, kind)
    if found:
        first = next(iter(found.values()))[0]
        raise Invalid(first, **{name: texts[0] for name, texts in found.items()})


def _cannot_be_drawn(wish: Wish, kind: PaperKind) -> dict[str, list[Text]]:
    from lms.api.papers import missing_letters

    fields = {
        "issuer": wish.issuer_lines, "post": wish.post_lines, "signer": (wish.signer,), "extra": (wish.extra_line,)
    }  # fmt: skip
    found: dict[str, list[Text]] = {}
    for name, lines in fields.items():
        lacking = missing_letters("".join(lines))
        if lacking:
            words = _(
                "The paper's font has no {letters}. Please write it otherwise.", letters=" ".join(sorted(lacking))
            )
            found[name] = [words]
    if found:
        return found
    paper, name, version = dressed(sample(kind), wish, None)
    for field, text in too_small(paper, name, version, fields):
        found.setdefault(field, []).append(
            _("“{line}” would be too small to read. Please shorten it, or use fewer lines.", line=f"{text[:24]}…")
        )
    return found


def too_small(paper: Paper, name: str, version: int, fields: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Which lines of which fields a design would draw smaller than can be read. Designs that do not tell have none."""
    from certificates.points import drawer_of

    marked = getattr(drawer_of(name, version), "draw_with_marks", None)
    if marked is None:
        return
    small = " ".join(mark.text for mark in marked(paper, look_of(paper))[1] if mark.size < LEAST_SIZE)
    for field, lines in fields.items():
        for line in lines:
            if line and line[: len(line) // 2] in small:
                yield field, line


def sample(kind: PaperKind) -> Paper:
    """A paper of nobody, that says so."""
    config, today = settings(), clock.today()
    attainment = kind == "attainment"
    address = config.public_url()
    return Paper(
        kind=kind,
        title="GIẤY XÁC NHẬN" if attainment else "GIẤY CHỨNG NHẬN",
        subtitle={
            "attainment": "Hoàn thành mức độ phổ cập kỹ năng số", "course": "Hoàn thành khóa học",
            "contest": "Kết quả cuộc thi",
        }[kind],
        number=f"{config.issuer_code}-{SAMPLE}-{today.year}-000000",
        issuer_lines=(config.issuer_name or wording.NO_ISSUER,),
        full_name="H'Hen Nguyễn Thị Mẫu",
        birth_date="20/11/1968",
        unit_name="Thôn Mẫu, xã Mẫu, tỉnh Mẫu",
        statement_lines=(
            "Đạt giải Nhất cuộc thi mẫu" if kind == "contest" else "Đã hoàn thành: Chương trình mẫu",
            f"Mẫu để xem trước; hoàn thành {wording.long_date(today)}.",
        ),
        framework_line="Khung năng lực: khung mẫu, phiên bản 1",
        rules_line=f"Bộ quy tắc: quy tắc mẫu, phiên bản 1 ({wording.DEFAULT_RULES})",
        identity_line=wording.IDENTITY[2],
        place_and_date=wording.given_at(config.place_name, today),
        signatory_lines=(),
        verify_url=f"{address}/verify",
        verify_domain=address.partition("://")[2],
        check_code="0000-0000",
        book_line=f"Vào sổ số: 0/{today.year}",
        unsigned_notice=wording.UNSIGNED,
        national_heading=config.issuer_is_state,
        notes=("MẪU, không có giá trị",),
    )  # fmt: skip


def preview(wish: Wish, kind: PaperKind) -> bytes:
    """The PDF of a sample as it was wished. Raises Invalid where it may not look like that."""
    check(wish, kind)
    try:
        return drawn(*dressed(sample(kind), wish, None))
    except CannotDraw as error:
        words = _(
            "The paper's font has no {letters}. Please write it otherwise.", letters=" ".join(sorted(error.letters))
        )
        raise Invalid(words) from None


# --- writing ----------------------------------------------------------------------------------------------------------


def save(org_id: int, kind: PaperKind, wish: Wish, by_id: int) -> None:
    """Keeps the draft of a unit's look, in place of the one before. `wish` was checked."""
    found = versions(org_id, kind)
    values = {"design": wish.design, "body": wish.body(), "made_by": by_id, "made_at": clock.seconds()}
    if found and found[0].published_at is None:
        connection().execute(update(L).where(L.c.id == found[0].id).values(values))
    else:
        number = found[0].version + 1 if found else 1
        connection().execute(insert(L).values(org_id=org_id, kind=kind, version=number, **values))


def publish(org_id: int, kind: PaperKind, by_id: int) -> int:
    """Puts the draft in force for papers issued from now on; returns its version. Conflict where there is none."""
    found = versions(org_id, kind)
    if not found or found[0].published_at is not None:
        raise Conflict(_("There is nothing to put in force: it was done already. Please look at the newest version."))
    _stamp(found[0], by_id)
    return found[0].version


def back_to(org_id: int, kind: PaperKind, version: int, by_id: int) -> int:
    """Puts what an older version said in force again, as a new version; returns that."""
    found = versions(org_id, kind)
    old = next((row for row in found if row.version == version and row.published_at is not None), None)
    if old is None:
        raise Conflict(_("This version is not there. Please look at the list again."))
    return _new(org_id, kind, found, old.design, dict(old.body), by_id)


def end(org_id: int, kind: PaperKind, by_id: int) -> int:
    """From now on papers look as the unit above has it; returns the version that says so."""
    found = versions(org_id, kind)
    current = next((row for row in found if row.published_at is not None), None)
    if current is None or current.ended:
        raise Conflict(_("This unit has no look of its own in force."))
    return _new(org_id, kind, found, "", {}, by_id)


def _new(org_id: int, kind: PaperKind, found: list[LookRow], design: str, body: dict[str, Any], by_id: int) -> int:
    """A version in force at once; a draft that lies there goes, for it was made on top of another."""
    if found and found[0].published_at is None:
        connection().execute(delete(L).where(L.c.id == found[0].id))
    number = max((row.version for row in found if row.published_at is not None), default=0) + 1
    now = clock.seconds()
    connection().execute(
        insert(L).values(
            org_id=org_id, kind=kind, version=number, design=design, body=body, made_by=by_id, made_at=now,
            published_by=by_id, published_at=now,
        )
    )  # fmt: skip
    audit.record(by_id, "look.published", f"look:{org_id}/{kind}", version=number, org=org_id)
    return number


def _stamp(row: LookRow, by_id: int) -> None:
    connection().execute(
        update(L)
        .where(L.c.id == row.id, L.c.published_at.is_(None))
        .values(published_by=by_id, published_at=clock.seconds())
    )
    audit.record(by_id, "look.published", f"look:{row.org_id}/{row.kind}", version=row.version, org=row.org_id)
