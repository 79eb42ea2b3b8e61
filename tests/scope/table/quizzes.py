"""quizzes: questions and attempts, taken and written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lms.identity.roles import May
from tests.scope.law import REFUSED, Case, Entry, anywhere, at, begun_in, everybody, list_of, of_holder, oneself, person
from tests.scope.things import COURSE, QUIZ
from tests.scope.world import Someone, Thing, World

_GIVEN = {"form": "gift", "pool": "exam"}
_NEW = {"type": "true_false", "pool": "exam"}


def _items(world: World, bank: Thing) -> Iterable[Thing]:
    return [item for item in world.of("item") if item.more["bank"] == bank]


def _bank(world: World, item: Thing) -> Iterable[Thing | Someone]:
    return [item.more["bank"], world.people[0]]  # who wrote it last


def _brought(world: World, bank: Thing) -> Iterable[Thing | Someone]:
    mine = [brought for brought in world.of("import") if brought.more["bank"] == bank]
    return [*mine, world.people[0]]  # who brought them


def _of_bank(_world: World, brought: Thing) -> Iterable[Thing | Someone]:
    return [brought.more["bank"]]


_BANK, _IMPORT = "/studio/ngan-hang/{key}", "/studio/ngan-hang/{bank.key}/dua-vao/{key}"


def _nothing_to_mark(path: str, form: dict[str, str] | None = None) -> Entry:
    """No answer of these worlds waits for a mark, so that there is none to be marked: whoever asks for it."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        attempts = world.of("attempt")
        return [Case(path.format(key=world.random.choice(attempts).key), REFUSED, form=form)]

    return cases


def _or_elsewhere(entry: Entry) -> Entry:
    """What is shown, or leads on: a paper that does not stand still leads to its questions."""

    def cases(world: World, who: Someone) -> list[Case]:
        return [replace(c, status=c.status | {303}) if 200 in c.status else c for c in entry(world, who)]

    return cases


ENTRIES = {
    "quizzes.marking_list": anywhere(May.CONFIRM, "/can-bo/cham-bai"),
    "quizzes.marking_one": _nothing_to_mark("/can-bo/cham-bai/{key}/1"),
    "quizzes.marking_give": _nothing_to_mark("/can-bo/cham-bai/{key}/1", {"level-0": "0"}),
    "quizzes.check": everybody("/luyen/otp-con-trai"),
    "quizzes.check_post": everybody("/luyen/otp-con-trai", form={}),
    "quizzes.front": oneself(f"/hoc/{COURSE}/kiem-tra/{QUIZ}"),
    "quizzes.start": oneself(f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau", form={}),
    "quizzes.question": of_holder("attempt", "/luot/{key}/1"),
    "quizzes.answer": of_holder("attempt", "/luot/{key}/1", form={}),
    "quizzes.rest": _or_elsewhere(of_holder("attempt", "/luot/{key}/nghi")),
    "quizzes.take_break": of_holder("attempt", "/luot/{key}/nghi", form={}),
    "quizzes.end_break": of_holder("attempt", "/luot/{key}/tiep", form={}),
    "quizzes.support": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/ho-tro-kiem-tra"),
    "quizzes.support_give": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/ho-tro-kiem-tra", {}),
    "quizzes.support_end": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/ho-tro-kiem-tra/thoi", {}),
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
    "quizzes.studio_bring_questions": at(May.AUTHOR, "bank", f"{_BANK}/dua-vao", besides=_brought),
    "quizzes.studio_questions_brought": at(May.AUTHOR, "bank", f"{_BANK}/dua-vao", {"pool": "exam"}, besides=_brought),
    "quizzes.studio_questions_template": at(May.AUTHOR, "bank", f"{_BANK}/dua-vao/mau.xlsx"),
    "quizzes.studio_import": at(May.AUTHOR, "import", _IMPORT, besides=_of_bank),
    "quizzes.studio_import_save": at(May.AUTHOR, "import", _IMPORT, {"do": "save"}, besides=_of_bank),
    "quizzes.studio_import_take_out": at(May.AUTHOR, "import", f"{_IMPORT}/rut-ra", {}, besides=_of_bank),
    "quizzes.studio_give": at(May.AUTHOR, "bank", f"{_BANK}/dua-ra", besides=_items),
    "quizzes.studio_given": at(May.AUTHOR, "bank", f"{_BANK}/dua-ra", _GIVEN, besides=_items),
    "quizzes.studio_item": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}", besides=_bank),
    "quizzes.studio_item_save": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}", {"number": "0"}, besides=_bank),
    "quizzes.studio_item_preview": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}/xem-truoc", besides=_bank),
    "quizzes.studio_item_retire": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}/ngung", {"back": "1"}),
    "quizzes.studio_quizzes": list_of(May.AUTHOR, "/studio/bai-kiem-tra", "quiz"),
    "quizzes.studio_quiz_begin": begun_in(May.AUTHOR, "/studio/bai-kiem-tra", "org", {"title": ""}, "quiz"),
    "quizzes.studio_quiz": at(May.AUTHOR, "quiz", "/studio/bai-kiem-tra/{key}"),
    "quizzes.studio_quiz_save": at(May.AUTHOR, "quiz", "/studio/bai-kiem-tra/{key}", {"base": "0"}),
}
