"""quizzes: questions and attempts, taken and written."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import at, begun_in, everybody, list_of, of_holder, oneself
from tests.scope.things import COURSE, QUIZ
from tests.scope.world import Someone, Thing, World

_NEW = {"type": "true_false", "pool": "exam"}


def _items(world: World, bank: Thing) -> Iterable[Thing]:
    return [item for item in world.of("item") if item.more["bank"] == bank]


def _bank(world: World, item: Thing) -> Iterable[Thing | Someone]:
    return [item.more["bank"], world.people[0]]  # who wrote it last


ENTRIES = {
    "quizzes.check": everybody("/luyen/otp-con-trai"),
    "quizzes.check_post": everybody("/luyen/otp-con-trai", form={}),
    "quizzes.front": oneself(f"/hoc/{COURSE}/kiem-tra/{QUIZ}"),
    "quizzes.start": oneself(f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau", form={}),
    "quizzes.question": of_holder("attempt", "/luot/{key}/1"),
    "quizzes.answer": of_holder("attempt", "/luot/{key}/1", form={}),
    "quizzes.review": of_holder("attempt", "/luot/{key}/xem-lai"),
    "quizzes.submit": of_holder("result", "/luot/{key}/nop", form={}),
    "quizzes.result": of_holder("result", "/luot/{key}/ket-qua"),
    "quizzes.studio_banks": list_of(May.AUTHOR, "/studio/ngan-hang", "bank"),
    "quizzes.studio_bank_begin": begun_in(May.AUTHOR, "/studio/ngan-hang", "org", {"title": ""}, "bank"),
    "quizzes.studio_bank": at(May.AUTHOR, "bank", "/studio/ngan-hang/{key}", besides=_items),
    "quizzes.studio_item_new": at(May.AUTHOR, "bank", "/studio/ngan-hang/{key}/moi"),
    "quizzes.studio_item_add": at(
        May.AUTHOR, "bank", "/studio/ngan-hang/{key}/moi", {"type": "true_false", "pool": "exam"}
    ),
    "quizzes.studio_item": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}", besides=_bank),
    "quizzes.studio_item_save": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}", {"number": "0"}, besides=_bank),
    "quizzes.studio_item_preview": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}/xem-truoc", besides=_bank),
    "quizzes.studio_item_retire": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}/ngung", {"back": "1"}),
    "quizzes.studio_quizzes": list_of(May.AUTHOR, "/studio/bai-kiem-tra", "quiz"),
    "quizzes.studio_quiz_begin": begun_in(May.AUTHOR, "/studio/bai-kiem-tra", "org", {"title": ""}, "quiz"),
    "quizzes.studio_quiz": at(May.AUTHOR, "quiz", "/studio/bai-kiem-tra/{key}"),
    "quizzes.studio_quiz_save": at(May.AUTHOR, "quiz", "/studio/bai-kiem-tra/{key}", {"base": "0"}),
}
