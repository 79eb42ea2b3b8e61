"""Notes what a person missed in practice, so that it comes back. The rule is in `quizzes/returning.py`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Integer, SmallInteger, String, and_, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.data import Json, Statement
from lms.api.people import hold
from lms.api.work import clock, connection, unit_of_work
from quizzes import returning
from quizzes.due import WANTED, WHO
from quizzes.models import Due, ReturnChoice
from quizzes.queries import VersionRow
from quizzes.returning import NEVER, Missed

D, C = Due.__table__, ReturnChoice.__table__
KEPT_DAYS, LEAST_DAYS = 365, 1  # of what has left; only today's are looked at, so that no sixth is asked

_TOPIC = bindparam("about", type_=String)


def _put(dialect: Any) -> Any:
    """What is remembered of a topic, in place of what was; nothing where its person wants nothing to come back."""
    names = {
        "topic": _TOPIC, "item_id": bindparam("item", type_=BigInteger), "pool": text("'practice'"),
        "wrong_day": bindparam("wrong", type_=Integer), "right_days": bindparam("days", type_=Json),
        "step": bindparam("reached", type_=SmallInteger), "due_day": bindparam("due", type_=Integer),
        "left_day": bindparam("gone", type_=Integer), "asked_day": bindparam("asked", type_=Integer),
    }  # fmt: skip
    row = select(WHO, *names.values()).where(WANTED)
    made = dialect.insert(D).from_select(["account_id", *names], row, include_defaults=False)
    new = {name: made.excluded[name] for name in names if name not in ("topic", "pool")}
    new["asked_day"] = func.coalesce(new["asked_day"], D.c.asked_day)
    return made.on_conflict_do_update(index_elements=["account_id", "topic"], set_=new)


_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
_PUT: Statement[Any] = Statement({name: _put(dialect) for name, dialect in _DIALECTS.items()})
_HELD: Statement[Any] = Statement(
    select(D.c.topic, D.c.wrong_day, D.c.right_days)
    .where(D.c.account_id == WHO, D.c.topic == _TOPIC, WANTED)
    .with_for_update(of=D),
)


def topic_of(version: VersionRow) -> str:
    """What comes back where this question was missed: its group of twins, or it alone."""
    return returning.topic_of(version.slug, version.body.get("twins") or "")


def note(
    account_id: int,
    version: VersionRow,
    right: bool,
    day: int | None = None,
    returned: str | None = None,
    late: bool = False,
) -> None:
    """One more answer to a practice question: a wrong one brings it back, a right one moves it on. In a unit of work.

    `day`: of Việt Nam, today where none is said. `returned`: the topic for which it was asked, where it had come back.
    `late`: a phone sends it after the day. A wrong answer of today is one statement, because it is newer than all that
    is kept; a right one is one, and one more where something is to be moved on.
    """
    today = returning.day_of(clock.seconds())
    day = today if day is None else day
    topic, asked = returned or topic_of(version), today if returned else None
    before = after = None
    if right or day != today:
        held = _HELD.first(who=account_id, about=topic)
        before = Missed(held.wrong_day or NEVER, tuple(held.right_days)) if held is not None else None
        after = returning.answered(before, day, right=right, late=late)
    else:
        after = Missed(today)
    if after is None or (after == before and asked is None):
        return
    _PUT.run(
        who=account_id, about=topic, item=version.item_id, wrong=after.wrong or None, days=list(after.right),
        reached=after.step, due=after.due, gone=after.left, asked=asked,
    )  # fmt: skip


def note_paper(account_id: int, found: Iterable[tuple[VersionRow, bool]], moment: int) -> None:
    """The answers of a whole practice paper, handed in at a moment, each with whether it was right. In a unit of work.

    Said again, as after marks were changed, it changes nothing but what is different.
    """
    hold(account_id)
    day = returning.day_of(moment)
    right, wrong = set[str](), dict[str, VersionRow]()
    versions = dict[str, VersionRow]()
    for version, is_right in found:
        topic = topic_of(version)
        versions[topic] = version
        if is_right:
            right.add(topic)
        else:
            wrong[topic] = version
    for version in wrong.values():
        note(account_id, version, False, day)
    named = json.dumps(sorted(right - wrong.keys()), ensure_ascii=False)
    for topic in _HELD_OF.scalars(who=account_id, topics=named):
        note(account_id, versions[topic], True, day)


_HELD_OF: Statement[Any] = Statement(
    {
        name: select(D.c.topic).where(D.c.account_id == WHO, D.c.topic.in_(text(named)))
        for name, named in (
            ("sqlite", "SELECT value FROM json_each(:topics)"),
            ("postgresql", "SELECT jsonb_array_elements_text(CAST(:topics AS jsonb))"),
        )
    }
)


def choose(account_id: int, *, off: bool) -> None:
    """Switches it off or on again; what was missed before is kept, and asked where it is on. In a unit of work."""
    dialect = _DIALECTS[connection().dialect.name]
    made = dialect.insert(C).values(account_id=account_id, is_off=off)
    connection().execute(made.on_conflict_do_update(index_elements=["account_id"], set_={"is_off": off}))


def left_before(moment: int) -> int:
    """How many topics left a person's days before a moment."""
    return int(connection().execute(select(func.count()).select_from(D).where(_left(moment))).scalar_one())


def forget_left(moment: int) -> None:
    """Forgets them; a topic that is missed again begins anew."""
    with unit_of_work():
        connection().execute(delete(D).where(_left(moment)))


def _left(moment: int) -> Any:
    return and_(D.c.left_day.is_not(None), D.c.left_day < returning.day_of(moment))
