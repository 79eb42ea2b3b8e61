"""A unit's own version of a lesson or course of a unit above: begun, kept in step, used in the original's place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import exists, func, insert, select, update

from courses import comparing, structures
from courses.blocks.ids import with_ids
from courses.comparing import Offer
from courses.drafts import newest_body
from courses.models import Document, Fork, Revision
from courses.services import authoring
from lms.api.learning import Activity, KeptDraft, anchor, free_slug
from lms.api.people import ancestors, fold, reaches
from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection

A, D, F, R = Activity.__table__, Document.__table__, Fork.__table__, Revision.__table__
NOT_ABOVE = _("Only what a unit above yours has published can be adapted. Your own you can simply change.")
KINDS = ("lesson", "course")
NEWER = _("The original was published once more meanwhile. Please look at what changed again.")


class OriginRow(Struct, frozen=True):
    """A published lesson or course of a unit above."""

    activity_id: int
    slug: str
    title: str
    org_id: int


def origins(granted: Collection[int], words: str = "", most: int = 100, kind: str = "lesson") -> list[OriginRow]:
    """What the units above those granted have published of a kind, by title."""
    above = {org for unit in granted for org in ancestors(unit)} - set(granted)
    published = exists().where(R.c.activity_id == A.c.id)
    rows = connection().execute(
        select(A.c.id, A.c.slug, A.c.title, D.c.org_id)
        .join(D, D.c.activity_id == A.c.id)
        .where(A.c.kind == kind, D.c.org_id.in_(above), published)
        .order_by(A.c.title)
    )
    wanted = fold(words)
    return [OriginRow(*row) for row in rows if wanted in fold(row.title) or wanted in fold(row.slug)][:most]


class ForkRow(Struct, frozen=True):
    """An adapted lesson or course and its original: the revision that it follows, and the original's newest."""

    activity_id: int
    kind: str
    slug: str
    org_id: int
    origin_id: int
    origin_slug: str
    origin_title: str
    origin_org: int | None
    revision_id: int
    newest_id: int

    @property
    def is_behind(self) -> bool:
        """Whether the original has changed since."""
        return self.newest_id != self.revision_id


def _forks() -> Any:
    o, od = A.alias("origin"), D.alias("origin_document")
    newest = select(func.max(R.c.id)).where(R.c.activity_id == F.c.origin_id).correlate(F).scalar_subquery()
    return (
        select(
            F.c.activity_id, A.c.kind, A.c.slug, D.c.org_id, F.c.origin_id, o.c.slug, o.c.title, od.c.org_id,
            F.c.revision_id, newest,
        )
        .join(A, A.c.id == F.c.activity_id)
        .join(D, D.c.activity_id == F.c.activity_id)
        .join(o, o.c.id == F.c.origin_id)
        .outerjoin(od, od.c.activity_id == F.c.origin_id)
    )  # fmt: skip


def fork_of(activity_id: int) -> ForkRow | None:
    """An adaptation's row; None where it is none."""
    row = connection().execute(_forks().where(F.c.activity_id == activity_id)).first()
    return ForkRow(*row) if row else None


def forks_of(origin_id: int) -> list[ForkRow]:
    """Where a lesson or course was adapted."""
    rows = connection().execute(_forks().where(F.c.origin_id == origin_id).order_by(F.c.activity_id))
    return [ForkRow(*row) for row in rows]


def forks_in(granted: Collection[int]) -> list[ForkRow]:
    """The adaptations of these units and those below them."""
    rows = connection().execute(_forks().order_by(F.c.activity_id))
    return [row for row in (ForkRow(*r) for r in rows) if reaches(granted, row.org_id)]


def fork(origin_slug: str, org_id: int, by_id: int, kind: str = "lesson") -> str:
    """Begins a unit's own version of a published lesson or course of a unit above; returns its slug. Twice is once.

    It is an activity of its own: completing it is not completing the original. A course's own version holds the same
    lessons; each of them can be adapted by itself.
    """
    if kind not in KINDS:
        raise NotFound
    row = (
        connection()
        .execute(
            select(A.c.id, A.c.title, A.c.minutes, D.c.org_id)
            .join(D, D.c.activity_id == A.c.id)
            .where(A.c.kind == kind, A.c.slug == origin_slug)
            .with_for_update(of=A)
        )
        .first()
    )
    newest = _newest(row.id) if row is not None else None
    if row is None or newest is None:
        raise NotFound
    if row.org_id == org_id or row.org_id not in ancestors(org_id):
        raise Invalid(NOT_ABOVE)
    for held in forks_of(row.id):
        if held.org_id == org_id:
            return held.slug
    slug = free_slug(row.title, authoring.FALLBACKS[kind])
    activity_id = anchor(kind, slug, row.title, row.minutes)
    body = {**_written(newest[1]), "slug": slug}
    if kind == "lesson":
        body["blocks"] = with_ids(body["blocks"])
    at, database = clock.seconds(), connection()
    database.execute(
        insert(D).values(
            activity_id=activity_id, org_id=org_id, kind=kind, draft=body, base=1, changed_at=at, changed_by=by_id
        )
    )
    database.execute(insert(F).values(activity_id=activity_id, origin_id=row.id, revision_id=newest[0], forked_at=at))
    audit.record(by_id, f"{kind}.adapted", f"{kind}:{slug}", origin=origin_slug, org=org_id, revision=newest[0])
    return slug


def _newest(activity_id: int) -> tuple[int, Mapping[str, Any]] | None:
    row = (
        connection()
        .execute(select(R.c.id, R.c.body).where(R.c.activity_id == activity_id).order_by(R.c.number.desc()).limit(1))
        .first()
    )
    return (int(row.id), row.body) if row is not None else None


def _written(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as its author wrote it: without what publishing a course adds."""
    return {name: value for name, value in body.items() if name != "pinned"}


def _followed(activity_id: int) -> Mapping[str, Any] | None:
    """The revision of its original that an adaptation follows; None: it is none."""
    found: Mapping[str, Any] | None = (
        connection()
        .execute(select(R.c.body).join(F, F.c.revision_id == R.c.id).where(F.c.activity_id == activity_id))
        .scalar()
    )
    return found


def locked_skills(activity_id: int) -> list[str] | None:
    """The framework's tags of an adapted lesson: those of the original, which stay. None: it is no adaptation."""
    body = _followed(activity_id)
    return list(body["skills"]) if body is not None else None


def locked_framework(activity_id: int) -> str | None:
    """The framework of an adapted course: that of the original. None: it is no adaptation."""
    body = _followed(activity_id)
    return str(body["framework"]) if body is not None else None


def with_locked(activity_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body with the original's skills, or framework, where it is an adaptation; itself where it is none."""
    original = _followed(activity_id) if "skills" in body or "modules" in body else None
    if original is None:
        return dict(body)
    if "skills" in body:
        return {**body, "skills": list(original["skills"])}
    return structures.locked(original, body, _put_instead(activity_id, body, original))


def _instead(activity_id: int) -> dict[str, str]:
    """The lessons that its unit adapted: the slug here by the original's. In its course they stand in the original's
    place.
    """
    o, own = A.alias("origin"), D.alias("own")
    rows = connection().execute(
        select(o.c.slug, A.c.slug)
        .select_from(F)
        .join(A, A.c.id == F.c.activity_id)
        .join(o, o.c.id == F.c.origin_id)
        .join(D, D.c.activity_id == F.c.activity_id)
        .join(own, own.c.org_id == D.c.org_id)
        .where(A.c.kind == "lesson", own.c.activity_id == activity_id)
    )
    return {row[0]: row[1] for row in rows}


def _put_instead(activity_id: int, body: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, str]:
    """Those of them that the course really holds in place of the original."""
    here = {a["slug"] for m in body["modules"] for a in m["activities"] if a["kind"] == "lesson"}
    there = {a["slug"] for m in base["modules"] for a in m["activities"] if a["kind"] == "lesson"}
    return {origin: own for origin, own in _instead(activity_id).items() if own in here - there and origin not in here}


class Upstream(Struct, frozen=True):
    """What the original offers an adaptation: three bodies, and each thing that changed.

    `instead`: in a course, the lessons that took an original's place: the slug here by the original's.
    """

    base: Mapping[str, Any]
    theirs: Mapping[str, Any]
    mine: Mapping[str, Any]
    offers: list[Offer]
    instead: Mapping[str, str]


def upstream(row: ForkRow, draft: Mapping[str, Any]) -> Upstream:
    """What changed in the original since the revision that this one follows, beside what stands here now."""
    found = connection().execute(select(R.c.id, R.c.body).where(R.c.id.in_((row.revision_id, row.newest_id))))
    bodies = {r.id: _written(r.body) for r in found}
    if row.kind == "course":
        old, new = bodies[row.revision_id], bodies[row.newest_id]
        instead = _put_instead(row.activity_id, draft, old)
        return Upstream(old, new, draft, structures.offers(old, new, draft, instead), instead)
    base = _named(bodies[row.revision_id], ())
    mine = _named(draft, base["blocks"])
    theirs = _named(bodies[row.newest_id], base["blocks"])
    return Upstream(base, theirs, mine, comparing.offers(base, theirs, mine), {})


def _named(body: Mapping[str, Any], before: Any) -> dict[str, Any]:
    return {**body, "blocks": with_ids(body["blocks"], before)}


def take(document: KeptDraft, keys: Collection[str], newest_id: int, by_id: int) -> None:
    """Lays the chosen changes of the original into the draft and follows its newest revision from now on.

    What was not chosen stays as it is here, and is not offered again. Conflict where the original or the draft changed
    since it was looked at; `document.base` is the draft's save that was looked at.
    """
    row = fork_of(document.activity_id)
    if row is None:
        raise NotFound
    if row.newest_id != newest_id:
        raise Conflict(NEWER)
    found = upstream(row, document.draft)
    body = (
        structures.taken(found.base, found.theirs, found.mine, found.instead, keys)
        if row.kind == "course"
        else comparing.taken(found.base, found.theirs, found.mine, keys)
    )
    authoring.save(document.activity_id, document.base, body, by_id)
    connection().execute(update(F).where(F.c.activity_id == document.activity_id).values(revision_id=newest_id))
    taken = sorted(set(keys) & {offer.key for offer in found.offers})
    audit.record(by_id, f"{row.kind}.followed", f"{row.kind}:{document.slug}", revision=newest_id, taken=len(taken))


def use_in(course: KeptDraft, fork: ForkRow, by_id: int) -> None:
    """Puts the adapted lesson in the original's place in a course's draft. Harmless when repeated."""
    body = structures.replaced(course.draft, fork.origin_slug, fork.slug)
    authoring.save(course.activity_id, course.base, body, by_id)


def holds(draft: Mapping[str, Any], slug: str) -> bool:
    """Whether a course holds a lesson."""
    return any((a["kind"], a["slug"]) == ("lesson", slug) for m in draft["modules"] for a in m["activities"])


def is_published(activity_id: int) -> bool:
    """Whether an activity has any revision."""
    return newest_body(activity_id) is not None
