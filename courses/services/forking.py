"""A unit's own version of a lesson of a unit above: begun, kept in step with the original, used in its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, insert, select, update

from courses import comparing
from courses.blocks.ids import with_ids
from courses.comparing import Offer
from courses.drafts import DocumentRow, newest_body
from courses.models import Document, Fork, Revision
from courses.services import authoring
from lms.api.learning import Activity, anchor, free_slug
from lms.api.people import ancestors, fold, reaches
from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection

A, D, F, R = Activity.__table__, Document.__table__, Fork.__table__, Revision.__table__
NOT_ABOVE = _("Only lessons of a unit above yours can be adapted. Your own you can simply change.")
NEWER = _("The original was published once more meanwhile. Please look at what changed again.")


@dataclass(frozen=True)
class OriginRow:
    """A published lesson of a unit above."""

    activity_id: int
    slug: str
    title: str
    org_id: int


def origins(granted: Collection[int], words: str = "", most: int = 100) -> list[OriginRow]:
    """Published lessons of the units above those granted, by title."""
    above = {org for unit in granted for org in ancestors(unit)} - set(granted)
    published = exists().where(R.c.activity_id == A.c.id)
    rows = connection().execute(
        select(A.c.id, A.c.slug, A.c.title, D.c.org_id)
        .join(D, D.c.activity_id == A.c.id)
        .where(A.c.kind == "lesson", D.c.org_id.in_(above), published)
        .order_by(A.c.title)
    )
    wanted = fold(words)
    return [OriginRow(*row) for row in rows if wanted in fold(row.title) or wanted in fold(row.slug)][:most]


@dataclass(frozen=True)
class ForkRow:
    """An adapted lesson and its original: the revision that it follows, and the original's newest."""

    activity_id: int
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
            F.c.activity_id, A.c.slug, D.c.org_id, F.c.origin_id, o.c.slug, o.c.title, od.c.org_id, F.c.revision_id,
            newest,
        )
        .join(A, A.c.id == F.c.activity_id)
        .join(D, D.c.activity_id == F.c.activity_id)
        .join(o, o.c.id == F.c.origin_id)
        .outerjoin(od, od.c.activity_id == F.c.origin_id)
    )  # fmt: skip


def fork_of(activity_id: int) -> ForkRow | None:
    """An adapted lesson's row; None where it is no adaptation."""
    row = connection().execute(_forks().where(F.c.activity_id == activity_id)).first()
    return ForkRow(*row) if row else None


def forks_of(origin_id: int) -> list[ForkRow]:
    """Where a lesson was adapted."""
    rows = connection().execute(_forks().where(F.c.origin_id == origin_id).order_by(F.c.activity_id))
    return [ForkRow(*row) for row in rows]


def forks_in(granted: Collection[int]) -> list[ForkRow]:
    """The adapted lessons of these units and those below them."""
    rows = connection().execute(_forks().order_by(F.c.activity_id))
    return [row for row in (ForkRow(*r) for r in rows) if reaches(granted, row.org_id)]


def fork(origin_slug: str, org_id: int, by_id: int) -> str:
    """Begins a unit's own version of a published lesson of a unit above; returns its slug. Twice is once.

    It is a lesson of its own: completing it is not completing the original.
    """
    row = (
        connection()
        .execute(
            select(A.c.id, A.c.title, A.c.minutes, D.c.org_id)
            .join(D, D.c.activity_id == A.c.id)
            .where(A.c.kind == "lesson", A.c.slug == origin_slug)
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
    slug = free_slug(row.title, authoring.FALLBACKS["lesson"])
    activity_id = anchor("lesson", slug, row.title, row.minutes)
    body = {**newest[1], "slug": slug, "blocks": with_ids(newest[1]["blocks"])}
    at, database = clock.seconds(), connection()
    database.execute(
        insert(D).values(
            activity_id=activity_id, org_id=org_id, kind="lesson", draft=body, base=1, changed_at=at, changed_by=by_id
        )
    )
    database.execute(insert(F).values(activity_id=activity_id, origin_id=row.id, revision_id=newest[0], forked_at=at))
    audit.record(by_id, "lesson.adapted", f"lesson:{slug}", origin=origin_slug, org=org_id, revision=newest[0])
    return slug


def _newest(activity_id: int) -> tuple[int, Mapping[str, Any]] | None:
    row = (
        connection()
        .execute(select(R.c.id, R.c.body).where(R.c.activity_id == activity_id).order_by(R.c.number.desc()).limit(1))
        .first()
    )
    return (int(row.id), row.body) if row is not None else None


def locked_skills(activity_id: int) -> list[str] | None:
    """The framework's tags of an adapted lesson: those of the original, which stay. None: it is no adaptation."""
    row = (
        connection()
        .execute(select(R.c.body).join(F, F.c.revision_id == R.c.id).where(F.c.activity_id == activity_id))
        .first()
    )
    return list(row.body["skills"]) if row is not None else None


def with_locked(activity_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body with the original's skills where it is an adaptation; itself where it is none."""
    skills = locked_skills(activity_id) if "skills" in body else None
    return dict(body) if skills is None else {**body, "skills": skills}


@dataclass(frozen=True)
class Upstream:
    """What the original offers an adapted lesson: three bodies, and each thing that changed."""

    base: Mapping[str, Any]
    theirs: Mapping[str, Any]
    mine: Mapping[str, Any]
    offers: list[Offer]


def upstream(row: ForkRow, draft: Mapping[str, Any]) -> Upstream:
    """What changed in the original since the revision that this lesson follows, beside what stands here now."""
    found = connection().execute(select(R.c.id, R.c.body).where(R.c.id.in_((row.revision_id, row.newest_id))))
    bodies = {r.id: r.body for r in found}
    base = _named(bodies[row.revision_id], ())
    mine = _named(draft, base["blocks"])
    theirs = _named(bodies[row.newest_id], base["blocks"])
    return Upstream(base, theirs, mine, comparing.offers(base, theirs, mine))


def _named(body: Mapping[str, Any], before: Any) -> dict[str, Any]:
    return {**body, "blocks": with_ids(body["blocks"], before)}


def take(document: DocumentRow, keys: Collection[str], newest_id: int, by_id: int) -> None:
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
    body = comparing.taken(found.base, found.theirs, found.mine, keys)
    authoring.save(document.activity_id, document.base, body, by_id)
    connection().execute(update(F).where(F.c.activity_id == document.activity_id).values(revision_id=newest_id))
    taken = sorted(set(keys) & {offer.key for offer in found.offers})
    audit.record(by_id, "lesson.followed", f"lesson:{document.slug}", revision=newest_id, taken=len(taken))


def use_in(course: DocumentRow, fork: ForkRow, by_id: int) -> None:
    """Puts the adapted lesson in the original's place in a course's draft. Harmless when repeated."""
    modules = [{**m, "activities": [_instead(a, fork) for a in m["activities"]]} for m in course.draft["modules"]]
    authoring.save(course.activity_id, course.base, {**course.draft, "modules": modules}, by_id)


def holds(draft: Mapping[str, Any], slug: str) -> bool:
    """Whether a course holds a lesson."""
    return any((a["kind"], a["slug"]) == ("lesson", slug) for m in draft["modules"] for a in m["activities"])


def _instead(ref: Mapping[str, Any], fork: ForkRow) -> dict[str, Any]:
    if (ref["kind"], ref["slug"]) == ("lesson", fork.origin_slug):
        return {**ref, "slug": fork.slug}
    return dict(ref)


def is_published(activity_id: int) -> bool:
    """Whether an activity has any revision."""
    return newest_body(activity_id) is not None
