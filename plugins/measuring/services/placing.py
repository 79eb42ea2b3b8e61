"""Placement tests: begun, asked question by question, ended; taken over at sign-in; forgotten after a time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update

from lms.api.competency import ProgrammeRow, area_codes, areas_by_code
from lms.api.people import fold
from lms.api.work import Conflict, NotFound, TooEarly, _, clock, connection, take, unit_of_work
from plugins.measuring.ability import Known
from plugins.measuring.adaptive import Asked, Card, Placed, is_enough, next_card, placed, prior
from plugins.measuring.finding import PlacingRow, open_one
from plugins.measuring.models import Difficulty, Placing, PlacingAnswer
from quizzes.api import WHOLE, Answer, Candidate, count_alone, grade_alone, practice_cards, worded

P, PA, D = Placing.__table__, PlacingAnswer.__table__, Difficulty.__table__
KEPT_DAYS, LEAST_DAYS = 30, 1  # of tests that nobody's account holds
MOST_BEGUN = (60, 600)  # tests, in so many seconds, from one account or one network address
AT_ONCE = 500
SAFETY = "an toan"  # the area whose name holds these words is always asked about
FEWEST_CARDS = 4  # fewer questions say nothing
NOT_HERE = _("There are too few questions yet to find where you could begin. Begin with the first lesson.")


class Plan(Struct, frozen=True):
    """What a programme's test asks from: its cards, its areas in order, and the one about safety."""

    cards: tuple[Card, ...]
    areas: tuple[str, ...]
    safety: str


def plan_of(programme: ProgrammeRow) -> Plan:
    """The practice questions under the programme's areas, with the difficulties that are known."""
    areas = tuple(area_codes(programme.framework_id, programme.target_group))
    names = areas_by_code()
    safety = next((code for code in areas if SAFETY in fold(names[code][1] if code in names else "")), "")
    found = [(card, under) for card in practice_cards() if (under := _areas_of(card, areas))]
    known = _difficulties([card.version_id for card, _under in found])
    return Plan(
        tuple(
            Card(c.version_id, c.item_id, under, known.get(c.version_id) or prior(c.level), c.twins)
            for c, under in found
        ),
        areas,
        safety,
    )


def _areas_of(card: Candidate, areas: Sequence[str]) -> frozenset[str]:
    return frozenset(a for a in areas for code in card.codes if code == a or code.startswith(a + "."))


def _difficulties(version_ids: Sequence[int]) -> dict[int, Known]:
    rows = connection().execute(
        select(D.c.version_id, D.c.difficulty, D.c.error).where(D.c.version_id.in_(version_ids))
    )
    return {row.version_id: Known(row.difficulty, row.error) for row in rows}


def begin(programme: ProgrammeRow, account_id: int | None, address: str) -> UUID:
    """Begins a test, or goes on with the open one of the account. TooEarly where there are too few questions."""
    if account_id is not None and (held := open_one(account_id, programme.id)) is not None:
        return held
    take("placing", str(account_id) if account_id else address, *MOST_BEGUN)
    plan, seed = plan_of(programme), secrets.randbits(31)
    first = next_card(plan.cards, (), seed, plan.safety)
    if first is None or len(plan.cards) < FEWEST_CARDS:
        raise TooEarly(NOT_HERE)
    uuid = uuid4()
    placing_id = (
        connection()
        .execute(
            insert(P)
            .values(uuid=uuid, account_id=account_id, programme_id=programme.id, seed=seed, started_at=clock.seconds())
            .returning(P.c.id)
        )
        .scalar_one()
    )
    connection().execute(insert(PA).values(placing_id=placing_id, position=0, version_id=first.version_id))
    return uuid


def answer(row: PlacingRow, programme: ProgrammeRow, number: int, given: Answer | None) -> None:
    """Takes the answer to question `number`; None: they do not know. Then asks the next one, or ends.

    An answer to a question that was answered before changes nothing: sent twice is once.
    """
    if row.ended_at is not None or row.open is None or number != row.number:
        return
    parts = grade_alone(row.open, given) if given is not None else 0
    connection().execute(
        update(PA)
        .where(PA.c.placing_id == row.id, PA.c.position == number - 1)
        .values(answer=list(given) if given is not None else None, parts=parts, answered_at=clock.seconds())
    )
    if given is not None:
        count_alone(row.open, row.account_id, parts == WHOLE)
    plan = plan_of(programme)
    asked = asked_of(plan, (*row.asked, (row.open, parts)))
    following = None if is_enough(asked, plan.safety) else next_card(plan.cards, asked, row.seed, plan.safety)
    if following is None:
        _close(row.id, asked)
    else:
        connection().execute(insert(PA).values(placing_id=row.id, position=number, version_id=following.version_id))


def stop(row: PlacingRow, programme: ProgrammeRow) -> None:
    """Ends a test early, with what was answered until now."""
    if row.ended_at is None:
        connection().execute(delete(PA).where(PA.c.placing_id == row.id, PA.c.answered_at.is_(None)))
        _close(row.id, asked_of(plan_of(programme), row.asked))


def _close(placing_id: int, asked: Sequence[Asked]) -> None:
    """Without one answer there is no level: then nothing was found out."""
    values = {}
    if asked:
        result = placed(asked)
        values = {
            "level": result.level, "ability": result.estimate.ability, "error": result.estimate.error,
        }  # fmt: skip
    connection().execute(update(P).where(P.c.id == placing_id).values(ended_at=clock.seconds(), **values))


def asked_of(plan: Plan, answered: Sequence[tuple[int, int]]) -> list[Asked]:
    """What was asked, as the rules see it. A question that was taken out of use meanwhile keeps its areas."""
    cards = {card.version_id: card for card in plan.cards}
    missing = [version_id for version_id, _parts in answered if version_id not in cards]
    for version_id, found in (worded(missing) if missing else {}).items():
        under = frozenset(a for a in plan.areas for c in found.skills if c == a or c.startswith(a + "."))
        cards[version_id] = Card(version_id, found.item_id, under, prior(found.level), found.twins or "")
    return [Asked(cards[version_id], parts / WHOLE) for version_id, parts in answered]


def result_of(row: PlacingRow, plan: Plan) -> Placed:
    """Where an ended test put somebody. NotFound where nothing was answered."""
    if not row.asked:
        raise NotFound
    return placed(asked_of(plan, row.asked))


def take_over(uuid: UUID, account_id: int) -> None:
    """Gives a guest's test to the account that they signed in to. Conflict where it is somebody's already."""
    done = connection().execute(
        update(P).where(P.c.uuid == uuid, P.c.account_id.is_(None)).values(account_id=account_id).returning(P.c.id)
    )
    if done.first() is None:
        raise Conflict


def guests_before(moment: int) -> int:
    """How many tests of nobody's account are older than a moment (seconds since 1970)."""
    found: int = (
        connection()
        .execute(select(func.count()).select_from(P).where(P.c.account_id.is_(None), P.c.started_at < moment))
        .scalar_one()
    )
    return found


def forget_guests(moment: int) -> None:
    """Forgets these, some at a time."""
    while True:
        with unit_of_work():
            ids = list(
                connection()
                .execute(
                    select(P.c.id)
                    .where(P.c.account_id.is_(None), P.c.started_at < moment)
                    .order_by(P.c.id)
                    .limit(AT_ONCE)
                )
                .scalars()
            )
            connection().execute(delete(PA).where(PA.c.placing_id.in_(ids)))
            connection().execute(delete(P).where(P.c.id.in_(ids)))
        if len(ids) < AT_ONCE:
            return
