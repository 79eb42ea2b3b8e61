"""A case is opened: what rests on its papers waits outside the figures, and its people are told. That is all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from lms.api.competency import ProgrammeAttained, attained_by, hold_back
from lms.api.learning import activity_slug
from lms.api.people import ancestors, helpers_of, nation_id, orgs_of_people
from lms.api.work import Text, _, audit, clock, connection, notify
from plugins.integrity import queries, rules
from plugins.integrity.models import HOLDING, OPEN, Case, CaseHand, CasePaper, CasePerson, CaseSign
from plugins.integrity.rules import Sign
from quizzes.api import Graded, hands, papers

C, G, H, P, W = (t.__table__ for t in (Case, CaseSign, CaseHand, CasePaper, CasePerson))
ANSWER_DAYS = 14  # in which people are waited for; ours, no regulation's
DAY = 86_400
HELPED_WITHIN = DAY // 2  # before a paper was begun: who signed its person in beside them
WHY = "integrity"
LINK = "/viec-can-tra-loi/{uuid}"

TITLE = _("A person will look at a result of yours")
BODY = _(
    "The machine noticed something unusual and asks a person to look. Nobody has concluded anything. Your result and"
    " your papers stay as they are; only the unit's figures wait. If you like, tell us how it was: {Ban} can write a"
    " few words or ask an officer for help, until {day}."
)


def holder(uuid: UUID) -> str:
    """In whose name attainments are held back for a case."""
    return f"integrity:{uuid}"


def open_case(activity_id: int, signs: Sequence[Sign], by_id: Mapping[int, Graded]) -> UUID | None:
    """Opens a case of these signs; None where these papers have been looked at for the same. In a unit of work."""
    attempts = sorted({paper for sign in signs for paper in sign.papers})
    kinds = sorted({sign.kind for sign in signs})
    if _known(kinds, attempts):
        return None
    found = [by_id[i] for i in attempts]
    people = sorted({paper.account_id for paper in found})
    at, uuid = clock.seconds(), uuid4()
    answer_by = at + ANSWER_DAYS * DAY
    database = connection()
    case_id = database.execute(
        insert(C)
        .values(
            uuid=uuid, key=_key(kinds, attempts), rules=rules.VERSION, activity_id=activity_id, org_id=_above(people),
            state=OPEN, found_at=at, answer_by=answer_by, reason="",
        )
        .returning(C.c.id)
    ).scalar_one()  # fmt: skip
    database.execute(insert(G), [{"case_id": case_id, "kind": s.kind, "evidence": dict(s.evidence)} for s in signs])
    database.execute(
        insert(P),
        [{"case_id": case_id, "attempt_id": p.id, "attempt_uuid": p.uuid, "account_id": p.account_id} for p in found],
    )
    database.execute(
        insert(W),
        [{"case_id": case_id, "account_id": one, "told_at": at, "answer": "", "wants_help": False} for one in people],
    )
    first, last = min(p.started_at for p in found), max(p.submitted_at for p in found)
    took_part = hands(attempts) | helpers_of(people, first - HELPED_WITHIN, last)
    if took_part:
        database.execute(insert(H), [{"case_id": case_id, "account_id": one} for one in sorted(took_part)])
    hold(uuid)
    audit.record(None, "integrity.found", f"case:{uuid}", signs=kinds, papers=len(attempts), people=len(people))
    day = clock.local(clock.from_seconds(answer_by)).strftime("%d/%m/%Y")
    for account_id in people:
        notify(account_id, "integrity", TITLE, Text(BODY.msgid, {"day": day}), LINK.format(uuid=uuid))
    return uuid


def _key(kinds: Sequence[str], attempts: Sequence[int]) -> bytes:
    return hashlib.blake2b(json.dumps([kinds, attempts]).encode(), digest_size=16).digest()


def _known(kinds: Collection[str], attempts: Sequence[int]) -> bool:
    """Whether there is a case with all these papers and kinds of signs, whatever became of it."""
    if connection().execute(select(C.c.id).where(C.c.key == _key(list(kinds), attempts))).first() is not None:
        return True
    first = connection().execute(select(P.c.case_id).where(P.c.attempt_id == attempts[0])).scalars().all()
    held = {case_id: {p.attempt_id for p in rows} for case_id, rows in queries.papers_of(first).items()}
    seen = {case_id: {s.kind for s in rows} for case_id, rows in queries.signs_of(first).items()}
    return any(set(attempts) <= held[case_id] and set(kinds) <= seen[case_id] for case_id in first)


def _above(people: Sequence[int]) -> int | None:
    """The lowest unit to which all these people belong; the nation's where one belongs to none."""
    orgs = orgs_of_people(people)
    if len(orgs) < len(people):
        return nation_id()
    paths = [ancestors(org_id) for org_id in sorted(set(orgs.values()))]
    common = set(paths[0]).intersection(*paths[1:])
    return next((org_id for org_id in paths[0] if org_id in common), nation_id())


def resting(activity_id: int, account_id: int, attempts: Collection[int]) -> list[int]:
    """The attainments of a person that rest on one of these papers of a quiz."""
    slug = activity_slug(activity_id)
    mine = [p for p in papers(account_id=account_id, activity_id=activity_id) if p.passed]
    handed_in = [p.submitted_at for p in mine]
    concerned = [p.submitted_at for p in mine if p.id in attempts]
    return [
        row.id
        for row in attained_by(account_id)
        if any(rules.rests_on(row.evidence.get("quizzes", {}).get(slug), at, handed_in) for at in concerned)
    ]


def hold(uuid: UUID) -> None:
    """Holds back whatever rests on the papers of a case. In a unit of work; twice is once."""
    row = connection().execute(select(C.c.id, C.c.activity_id).where(C.c.uuid == uuid)).one()
    attempts: dict[int, set[int]] = {}
    for paper in queries.papers_of([row.id])[row.id]:
        attempts.setdefault(paper.account_id, set()).add(paper.attempt_id)
    found = [one for who, theirs in sorted(attempts.items()) for one in resting(row.activity_id, who, theirs)]
    if found:
        hold_back(found, holder(uuid), WHY)


def when_programme_attained(event: ProgrammeAttained) -> None:
    """What is attained on a paper that somebody is looking at waits too."""
    for uuid, activity_id, attempt_id in queries.holding_papers(event.account_id, HOLDING):
        if event.attainment_id in resting(activity_id, event.account_id, {attempt_id}):
            hold_back([event.attainment_id], holder(uuid), WHY)
