"""A run that has come to its end: kept once, and told to what was learnt."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.learning import Kind, Result, enroll, practised, record_result
from lms.api.work import Invalid, _, clock, connection, take, unit_of_work
from plugins.practice.format.grading import Grade, grade
from plugins.practice.format.stepping import EXAM, MODES, WATCH, State, is_over
from plugins.practice.models import Run, RunStep
from plugins.practice.queries import Published

RUN, STEP = Run.__table__, RunStep.__table__
MOST_RUNS = (120, 3600)  # of one account, in so many seconds
KEPT_DAYS, LEAST_DAYS = 365, 30  # our default for the taps of a run, and the least that an operator may choose
AT_ONCE = 1000


def keep(account_id: int, practice: Published, state: State, token: bytes, course_id: int | None = None) -> bool:
    """Keeps a run that is over, as evidence; False where this token has been here before. Inside a unit of work.

    Playing with a guide or alone to the end completes the activity; the test is scored, and a trap fails it. To have
    watched completes nothing. In a course that has not been joined, `course_id` joins it.
    """
    if not is_over(practice.body, state):
        raise Invalid(_("This run has not come to its end. Please play the last steps."))
    take("practice-run", str(account_id), *MOST_RUNS)
    database = connection()
    result = grade(practice.body, state.log)
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    row = make(Run).values(
        account_id=account_id,
        activity_id=practice.activity_id,
        revision_id=practice.revision_id,
        token=token,
        mode=MODES.index(state.mode),
        points=result.points,
        most=result.most,
        traps=result.traps,
        at=clock.seconds(),
    )
    run_id = database.execute(row.on_conflict_do_nothing().returning(RUN.c.id)).scalar()
    if run_id is None:
        return False
    if state.mode == WATCH:
        return True
    database.execute(
        insert(STEP),
        [
            {"run_id": run_id, "position": n, "step": e.step, "tap": e.tap, "right": e.right, "ms": e.ms}
            for n, e in enumerate(state.log)
        ],
    )
    if course_id is not None:
        enroll(account_id, course_id)
    record_result(account_id, practice.activity_id, _result(practice, state, result))
    if state.mode != EXAM or result.passed:
        practised(account_id, "practice", practice.slug)
    return True


def _result(practice: Published, state: State, result: Grade) -> Result:
    if state.mode != EXAM:
        return Result(Kind.COMPLETED, content_id=practice.revision_id)
    halves = 2  # the ledger counts in halves of a point
    return Result(
        Kind.SCORED, result.points * halves, result.most * halves, result.passed, content_id=practice.revision_id
    )


def taps_before(moment: int) -> int:
    """How many runs of before a moment (seconds since 1970) still have their taps."""
    old = select(RUN.c.id).where(RUN.c.at < moment)
    found: int = connection().execute(
        select(func.count(STEP.c.run_id.distinct())).where(STEP.c.run_id.in_(old))
    ).scalar_one()  # fmt: skip
    return found


def forget_taps(moment: int) -> None:
    """Forgets the taps of runs of before a moment, some at a time; what the runs came to stays."""
    while True:
        with unit_of_work():
            ids = (
                connection()
                .execute(
                    select(STEP.c.run_id)
                    .distinct()
                    .join(RUN, RUN.c.id == STEP.c.run_id)
                    .where(RUN.c.at < moment)
                    .limit(AT_ONCE)
                )
                .scalars()
                .all()
            )
            connection().execute(delete(STEP).where(STEP.c.run_id.in_(ids)))
        if len(ids) < AT_ONCE:
            return
