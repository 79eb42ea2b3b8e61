"""The life of a question: draft, reviewed, in use, retired; and the law that no exam question goes unlooked at."""

from __future__ import annotations

import ast
import contextlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

import quizzes
from lms.api.packages import Item as PackageItem
from lms.api.packages import Package
from lms.api.reviewing import REVIEWABLE, submission
from lms.api.work import Conflict, DomainError, Invalid, NotAllowed, connection, unit_of_work
from lms.packages.importing import take_in
from lms.packages.model import Bank as PackageBank
from lms.reviewing import steps
from lms.reviewing.models import Submission
from quizzes import drafts, listing, queries
from quizzes.handed import key_of, parsed
from quizzes.models import Bank, Item, ItemDraft, ItemTag, ItemVersion, ItemWriter, SignOff
from quizzes.services import authoring, drafting, living
from quizzes.services.drafting import Kept
from quizzes.services.importing import publish_item
from tests.quizzes.signing import handed_in, signed_off, somebody

IT, V, D, S, T, W = (t.__table__ for t in (Item, ItemVersion, ItemDraft, SignOff, ItemTag, ItemWriter))
SUB = Submission.__table__
ANSWERS = {"answer": False, "why_true": "Không.", "why_false": "Đúng."}


def a_body(stem: str, **more: Any) -> dict[str, Any]:
    return {"stem": stem, "message": None, "lesson": "", "skills": ["ND.4.3"], "data": ANSWERS, **more}


class Desk:
    """A bank of the nation with two authors and two others who review and publish."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.a, self.b, self.c, self.d = (somebody(f"ban.viet.{n}") for n in "abcd")
        with unit_of_work():
            self.slug = authoring.begin_bank("Câu hỏi thử vòng đời", 1, self.a)
        self.bank = int(
            connection().execute(select(Bank.__table__.c.id).where(Bank.__table__.c.slug == self.slug)).scalar_one()
        )

    def draft(self, stem: str, by: int, pool: str = "exam", **more: Any) -> int:
        with unit_of_work():
            slug = drafting.begin(self.bank, pool, "true_false", Kept(a_body(stem, **more)), by)
        return self.row(slug).id

    def row(self, slug: str) -> drafts.ItemRow:
        found = drafts.item(slug)
        assert found is not None
        return found

    def of(self, item_id: int) -> drafts.ItemRow:
        return drafts.items_by_id([item_id])[0]

    def save(self, item_id: int, stem: str, by: int, **more: Any) -> None:
        row = self.of(item_id)
        with unit_of_work():
            over = row.number if row.draft is None else 0
            drafting.save(item_id, row.draft.base if row.draft else 0, over, Kept(a_body(stem, **more)), by)

    def step(self, do: Any, number: int, by: int) -> None:
        with unit_of_work():
            row = submission(number)
            assert row is not None
            do(row, by)

    def listed(self, state: str = "", **more: Any) -> list[str]:
        found = listing.found_in(self.bank, listing.Wanted(state, **more))
        return [one.row.words for one in found.rows]


@pytest.fixture
def desk(any_app: Flask) -> Iterator[Desk]:
    with any_app.app_context():
        yield Desk(any_app)


def test_from_draft_to_retired(desk: Desk) -> None:
    item = desk.draft("Mã OTP đọc cho ai?", desk.a)
    assert desk.listed("nhap") == ["Mã OTP đọc cho ai?"]
    assert desk.listed("dung") == []
    number = handed_in([item], desk.a)
    assert handed_in([item], desk.a) == number, "handed in twice is once"
    assert desk.listed("cho") == ["Mã OTP đọc cho ai?"]
    with pytest.raises(NotAllowed):
        desk.step(steps.approve, number, desk.a)
    with pytest.raises(Conflict):
        desk.step(steps.publish, number, desk.c)  # nobody looked yet
    desk.step(steps.approve, number, desk.c)
    assert desk.of(item).number == 0, "reviewed is not in use"
    desk.step(steps.publish, number, desk.a)  # who wrote it may press the button once somebody else looked
    row = desk.of(item)
    assert (row.number, row.draft) == (1, None)
    assert desk.listed("dung") == ["Mã OTP đọc cho ai?"]
    assert connection().execute(select(W)).all() == []
    (version,) = drafts.versions_of(item)
    assert (version.how, version.made_by, version.reviewed_by, version.put_by) == ("review", desk.a, desk.c, desk.a)

    desk.save(item, "Mã OTP đọc cho ai? (sửa)", desk.b)
    assert listing.found_in(desk.bank, listing.Wanted()).counts == {"nhap": 1, "dung": 1}
    assert desk.of(item).number == 1, "what is in use stays until the new one was looked at"
    with pytest.raises(NotAllowed):
        desk.step(steps.approve, number := handed_in([item], desk.a), desk.b)  # b wrote it, a handed it in
    _give_back(desk, number)
    at, together = listing.standing_of_draft(desk.of(item))
    assert at is not None
    assert (at.state, at.reason, together) == ("returned", "Thiếu dấu.", 1)
    signed_off([item], desk.d)
    assert desk.of(item).number == 2
    with unit_of_work():
        living.retire(item, desk.a)
    assert desk.listed("thoi") == ["Mã OTP đọc cho ai? (sửa)"]
    assert desk.listed("dung") == []
    assert not any(c.item_id == item for c in queries.cards("exam", None, queries.types_in_use()))
    with unit_of_work():
        living.retire(item, desk.a, back=True)
    assert any(c.item_id == item for c in queries.cards("exam", None, queries.types_in_use()))


def _give_back(desk: Desk, number: int) -> None:
    with unit_of_work():
        row = submission(number)
        assert row is not None
        steps.give_back(row, "Thiếu dấu.", desk.c)


def test_a_change_takes_back_all_that_was_handed_in_with_it(desk: Desk) -> None:
    items = [desk.draft(f"Câu {n}?", desk.a) for n in range(3)]
    number = handed_in(items, desk.a)
    desk.save(items[0], "Câu 0 sửa?", desk.a)
    row = submission(number)
    assert row is not None
    assert row.state == "withdrawn"
    assert set(desk.listed("nhap")) == {"Câu 0 sửa?", "Câu 1?", "Câu 2?"}
    first, second = handed_in(items[:1], desk.a), handed_in(items[1:], desk.a)
    assert first != second, "several of one bank wait side by side"
    with pytest.raises(Conflict):
        handed_in(items, desk.a)


def test_two_who_write_one_draft_lose_nothing(desk: Desk) -> None:
    item = desk.draft("Bản đầu?", desk.a)
    with unit_of_work():
        drafting.save(item, 1, 0, Kept(a_body("Của B?")), desk.b)
    with pytest.raises(Conflict), unit_of_work():
        drafting.save(item, 1, 0, Kept(a_body("Của A?")), desk.a)
    assert desk.of(item).words == "Của B?"
    with unit_of_work():
        drafting.save(item, 1, 0, Kept(a_body("Của B?")), desk.b)  # sent twice is once
    assert desk.of(item).draft.base == 2  # type: ignore[union-attr]
    number = handed_in([item], desk.b)
    for wrote in (desk.a, desk.b):
        with pytest.raises(NotAllowed):
            desk.step(steps.approve, number, wrote)
    desk.step(steps.approve, number, desk.c)


def test_what_is_not_whole_is_kept_and_goes_nowhere(desk: Desk) -> None:
    from lms.text import Text

    missing = {"skills": [Text("Please choose the skill that it tests: quizzes draw by it.")]}
    with unit_of_work():
        slug = drafting.begin(desk.bank, "exam", "true_false", Kept(a_body("Dở dang?", skills=[]), missing), desk.a)
    item = desk.row(slug).id
    with pytest.raises(Invalid):
        handed_in([item], desk.a)
    desk.save(item, "Dở dang?", desk.a)
    signed_off([item], desk.c)
    assert desk.of(item).number == 1


def test_practice_is_in_use_at_once_unless_the_unit_asks_for_a_review(desk: Desk) -> None:
    item = desk.draft("Luyện một?", desk.a, "practice")
    with unit_of_work():
        assert drafting.use([item], 1, desk.a) == 1
    assert drafts.versions_of(item)[0].how == "author"
    with unit_of_work():
        steps.set_rule(1, True, desk.d)
    held = desk.draft("Luyện hai?", desk.a, "practice")
    with pytest.raises(Conflict), unit_of_work():
        drafting.use([held], 1, desk.a)
    signed_off([held], desk.c)
    assert drafts.versions_of(held)[0].how == "review"


def test_a_draft_is_forgotten_with_its_question_or_without(desk: Desk) -> None:
    new, used = desk.draft("Mới?", desk.a), desk.draft("Cũ?", desk.a)
    signed_off([used], desk.c)
    desk.save(used, "Cũ, sửa?", desk.a)
    number = handed_in([new], desk.a)
    with pytest.raises(Conflict), unit_of_work():
        drafting.drop(new, 7, desk.a)  # somebody saved it anew: not thrown away unseen
    with unit_of_work():
        assert not drafting.drop(new, 1, desk.a)
        assert drafting.drop(used, 1, desk.a)
        assert drafting.drop(used, 1, desk.a), "forgotten twice is once"
    assert drafts.items_by_id([new]) == []
    assert desk.of(used).words == "Cũ?"
    row = submission(number)
    assert row is not None
    assert row.state == "withdrawn"


def test_tags_twins_and_filters_follow_the_version_in_use(desk: Desk) -> None:
    item = desk.draft("Một?", desk.a, level=2, thinking="apply", twins="doi-mot")
    assert desk.listed(skill="ND.4", level=2, thinking="apply") == ["Một?"]
    assert desk.listed(skill="ND.5") == desk.listed(level=3) == desk.listed(words="hai") == []
    signed_off([item], desk.c)
    assert connection().execute(select(IT.c.twins).where(IT.c.id == item)).scalar() == "doi-mot"
    desk.save(item, "Một khác?", desk.a, skills=["ND.1.1"])
    assert connection().execute(select(T.c.code).where(T.c.item_id == item)).scalars().all() == ["ND.4.3"]
    signed_off([item], desk.c)
    assert connection().execute(select(T.c.code).where(T.c.item_id == item)).scalars().all() == ["ND.1.1"]
    assert connection().execute(select(IT.c.twins).where(IT.c.id == item)).scalar() is None


def test_the_review_shows_what_differs_and_the_key(desk: Desk) -> None:
    item = desk.draft("Một câu?", desk.a)
    signed_off([item], desk.c)
    desk.save(item, "Một câu khác?", desk.a)
    other = desk.draft("Câu mới?", desk.a)
    row = submission(handed_in([item, other], desk.a))
    assert row is not None
    kind = REVIEWABLE.get("questions")
    with desk.app.test_request_context("/"):
        found = kind.difference(kind.published(row.key), row.body)
        assert [one.state for one in found.blocks] == ["changed", "added"]
        assert [key for key, _called in kind.places(row.body)] == [one.key for one in found.blocks]
    assert key_of(*parsed(row.key)) == row.key
    assert kind.subjects([row.key, "0.1", "x", "9.9.9"]).keys() == {row.key}


# --- the database's own refusal ---------------------------------------------------------------------------------------


def test_the_database_refuses_what_nobody_signed(desk: Desk) -> None:
    """Whatever program asks for it: this one, another one, a person at the database's own prompt."""
    item = desk.draft("Chưa ai xem?", desk.a)
    values = {"item_id": item, "pool": "exam", "number": 1, "type": "true_false", "body": a_body("x"), "digest": "x",
              "made_at": 0, "made_by": desk.a}  # fmt: skip

    def unsigned() -> None:
        with unit_of_work() as database:
            version = database.execute(insert(V).values(**values).returning(V.c.id)).scalar_one()
            database.execute(update(IT).where(IT.c.id == item).values(current_id=version))

    def signed_badly(how: dict[str, Any]) -> None:
        with unit_of_work() as database:
            version = database.execute(insert(V).values(**values).returning(V.c.id)).scalar_one()
            database.execute(insert(S).values(version_id=version, pool="exam", put_at=1, **how))

    with pytest.raises(DBAPIError):
        unsigned()
    other = connection().execute(select(IT.c.current_id).where(IT.c.current_id.is_not(None)).limit(1)).scalar_one()
    with pytest.raises(DBAPIError), unit_of_work() as database:
        database.execute(update(IT).where(IT.c.id == item).values(current_id=other))  # signed, but another's
    for bad in (
        {"how": "author"},  # an exam question that only its author saw
        {"how": "review"},  # reviewed by nobody
        {"how": "review", "reviewed_by": desk.a, "reviewed_at": 1, "put_by": desk.c, "written_by": desk.a},
        {"how": "somehow"},
    ):
        with pytest.raises(DBAPIError):
            signed_badly(bad)
    with pytest.raises(DBAPIError), unit_of_work():
        publish_item("x-thi", desk.bank, "exam", "true_false", a_body("x"), desk.a, None)


def test_one_module_puts_versions_in_use() -> None:
    """No other statement of ours names `current_id` as something to be written."""
    found = []
    for path in sorted(Path(quizzes.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_values = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (
                "values", "update", "insert"
            )  # fmt: skip
            if is_values and any(word.arg == "current_id" for word in node.keywords):
                found.append(path.name)
            if isinstance(node, ast.Dict) and any(
                isinstance(key, ast.Constant) and key.value == "current_id" for key in node.keys
            ):
                found.append(path.name)
            written = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if written and "SET current_id" in str(node.value):
                found.append(path.name)
    assert set(found) == {"living.py"}


# --- the law, over whatever people may do -----------------------------------------------------------------------------


class Story:
    """Random people do random things; what is refused is refused, and the law holds after each of them."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice = desk, random.Random(seed)
        self.people = [desk.a, desk.b, desk.c, desk.d]
        self.items: list[int] = []
        self.submissions: list[int] = []
        self.count = 0

    def one(self) -> None:
        acts = {self.write: 6, self.rewrite: 4, self.hand_in: 14, self.approve: 20, self.publish: 20, self.give_back: 2,
                self.retire: 1, self.back: 3, self.drop: 1, self.use: 2, self.package: 1}  # fmt: skip
        with contextlib.suppress(DomainError, IndexError):
            self.dice.choices(list(acts), list(acts.values()))[0]()

    def who(self) -> int:
        return self.dice.choice(self.people)

    def stem(self) -> str:
        self.count += 1
        return f"Câu thứ {self.count}?"

    def item(self) -> int:
        return self.dice.choice(self.items)

    def write(self) -> None:
        self.items.append(self.desk.draft(self.stem(), self.who()))

    def rewrite(self) -> None:
        self.desk.save(self.item(), self.stem(), self.who())

    def hand_in(self) -> None:
        chosen = self.dice.sample(self.items, min(len(self.items), self.dice.choice((1, 1, 2, 3))))
        self.submissions.append(handed_in(chosen, self.who()))

    def approve(self) -> None:
        self.desk.step(steps.approve, self.dice.choice(self.submissions[-4:]), self.who())

    def publish(self) -> None:
        self.desk.step(steps.publish, self.dice.choice(self.submissions[-4:]), self.who())

    def give_back(self) -> None:
        _give_back(self.desk, self.dice.choice(self.submissions[-4:]))

    def retire(self) -> None:
        with unit_of_work():
            living.retire(self.item(), self.who())

    def back(self) -> None:
        with unit_of_work():
            living.retire(self.item(), self.who(), back=True)

    def drop(self) -> None:
        item = self.item()
        with unit_of_work():
            row = self.desk.of(item)
            if not drafting.drop(item, row.draft.base if row.draft else 0, self.who()):
                self.items.remove(item)

    def use(self) -> None:
        with unit_of_work():
            drafting.use([self.item()], 1, self.who())

    def package(self) -> None:
        row = self.desk.of(self.item())
        item = PackageItem(id=row.slug, type="true_false", pool="exam", skills=("ND.4.3",), stem=self.stem(),
                           message=None, lesson="", data=ANSWERS)  # fmt: skip
        take_in(Package("x", "x", "1", banks=(PackageBank(self.desk.slug, (item,)),)), 1, self.who())

    def check(self) -> set[int]:
        """Every question of ours that could be drawn: somebody who wrote none of that wording looked at it."""
        usable = IT.c.bank_id == self.desk.bank, IT.c.retired_at.is_(None)
        rows = (
            connection()
            .execute(
                select(IT.c.id, V.c.body, S.c.how, S.c.reviewed_by)
                .join(V, V.c.id == IT.c.current_id)
                .outerjoin(S, S.c.version_id == V.c.id)
                .where(*usable)
            )
            .all()
        )
        for row in rows:
            assert row.how == "review"
            assert row.reviewed_by not in WRITTEN[row.body["stem"]]
        return {row.id for row in rows}


WRITTEN: dict[str, set[int]] = {}  # who saved each wording, as the test itself saw it


@pytest.mark.parametrize("seed", range(4))
def test_no_exam_question_is_drawn_that_nobody_but_its_author_looked_at(
    desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITTEN.clear()
    for name in ("begin", "save", "lay"):
        real = getattr(drafting, name)

        def noting(*args: Any, _real: Any = real, _name: str = name) -> Any:
            made = _real(*args)
            kept = next((a.body for a in args if isinstance(a, Kept)), None) or next(
                a for a in args if isinstance(a, dict)
            )
            WRITTEN.setdefault(kept["stem"], set()).add(args[-1])
            return made

        monkeypatch.setattr(drafting, name, noting)
    story, ever = Story(desk, seed), set[int]()
    for _act in range(240):
        story.one()
        ever |= story.check()
    assert len(ever) >= 2, "some of them got through, or this shows nothing"
    drawn = {c.item_id for c in queries.cards("exam", None, queries.types_in_use()) if c.item_id in story.items}
    assert drawn == story.check()


def test_a_package_of_somebody_lands_as_drafts_and_one_of_the_server_is_in_use(desk: Desk) -> None:
    def brought(stem: str, pool: str, by: int | None) -> Any:
        item = PackageItem(id=f"goi-{pool}", type="true_false", pool=pool, skills=("ND.4.3",), stem=stem,
                           message=None, lesson="", data=ANSWERS)  # fmt: skip
        return take_in(Package("x", "x", "1", banks=(PackageBank(desk.slug, (item,)),)), 1, by)

    assert brought("Từ máy chủ?", "exam", None) == {"items": 1}
    assert desk.row("goi-exam").number == 1
    assert drafts.versions_of(desk.row("goi-exam").id)[0].how == "server"
    assert brought("Từ người?", "exam", desk.a) == {"drafts": 1}
    row = desk.row("goi-exam")
    assert (row.number, row.words, (row.used_body or {})["stem"]) == (1, "Từ người?", "Từ máy chủ?")
    assert brought("Từ người?", "exam", desk.a) == {}, "brought twice is once"
    assert brought("Luyện?", "practice", desk.a) == {"items": 1}
    signed_off([row.id], desk.c)
    assert desk.row("goi-exam").number == 2


def test_how_versions_went_is_counted_by_version(desk: Desk) -> None:
    from tests.quizzes.world import quizzing

    quiz = quizzing(desk.app)
    uuid = quiz.begin()
    first = quiz.row(uuid).paper[0][0]
    quiz.hand_in(uuid)
    assert drafts.given_and_right([first]) == {first: (1, 0)}
    assert drafts.given_and_right([]) == {}
    marks = list(quiz.row(uuid).marks or ())
    from quizzes.items.contract import WHOLE
    from quizzes.models import Attempt

    with unit_of_work() as database:
        a = Attempt.__table__
        database.execute(update(a).where(a.c.uuid == uuid).values(marks=[WHOLE, *marks[1:]]))
    assert drafts.given_and_right([first]) == {first: (1, 1)}


def test_what_was_in_use_before_counts_as_in_use(desk: Desk) -> None:
    """As the migration writes it for old versions: no names, and in use all the same."""
    item = desk.draft("Từ trước?", desk.a)
    signed_off([item], desk.c)
    version = desk.of(item).version_id
    with unit_of_work() as database:
        database.execute(delete(S).where(S.c.version_id == version))
        values = {"version_id": version, "pool": "exam", "how": "before", "written_by": desk.a, "put_at": 1}
        database.execute(insert(S).values(**values))
        database.execute(update(IT).where(IT.c.id == item).values(current_id=version))
    assert drafts.versions_of(item)[0].how == "before"
