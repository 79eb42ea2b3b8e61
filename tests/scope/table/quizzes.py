"""quizzes: questions and attempts, taken and written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lms.identity.roles import May
from tests.scope.law import (
    REFUSED,
    SHOWN,
    TAKEN,
    Case,
    Entry,
    anywhere,
    apart,
    at,
    begun_in,
    everybody,
    list_of,
    of_holder,
    oneself,
    person,
    words,
)
from tests.scope.things import COURSE, QUIZ
from tests.scope.world import Someone, Thing, World

_BAD, _MARKED = "/can-bo/cau-hoi-sai", "/can-bo/quyet-dinh-diem/da-cham"
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


def _studio(world: World, who: Someone, item: Thing) -> bool:
    """Whether somebody writes, reviews or publishes where this question's bank is."""
    owner = world.owner[item.more["bank"]]
    return any(world.may(who, may, owner) for may in (May.AUTHOR, May.REVIEW, May.PUBLISH))


def _looked_at(path: str) -> Entry:
    """A page of a question for whoever writes, reviews or publishes there."""

    def cases(world: World, who: Someone) -> list[Case]:
        item = world.random.choice(world.of("item"))
        right = _studio(world, who, item)
        people = world.people[:2]  # who wrote it, who looked at it
        shown = words([item, item.more["bank"], *people]) if right else frozenset()
        return [Case(path.format(key=item.key), SHOWN if right else REFUSED, may_show=shown)]

    return cases


def _my_questions(world: World, who: Someone) -> Iterable[Case]:
    """What waits for me, and my drafts; of others' drafts nothing."""
    if not any(world.anywhere(who, may) for may in (May.AUTHOR, May.REVIEW, May.PUBLISH)):
        return [Case("/studio/cau-hoi", REFUSED)]
    mine = [item for item in world.of("item") if who == world.people[0] and _studio(world, who, item)]
    return [Case("/studio/cau-hoi", SHOWN, may_show=words([*mine, *(item.more["bank"] for item in mine)]))]


def _drafts(world: World, bank: Thing) -> Iterable[Thing | Someone]:
    return [*_items(world, bank), world.people[0]]


_BANK, _IMPORT = "/studio/ngan-hang/{key}", "/studio/ngan-hang/{bank.key}/dua-vao/{key}"


def _nothing_to_mark(path: str, form: dict[str, str] | None = None) -> Entry:
    """No answer of these worlds waits for a mark, so that there is none to be marked: whoever asks for it."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        attempts = world.of("attempt")
        return [Case(path.format(key=world.random.choice(attempts).key), REFUSED, form=form)]

    return cases


def _bank_of(_world: World, item: Thing) -> Iterable[Thing | Someone]:
    return [item.more["bank"]]


def _found_bad(world: World, correction: Thing) -> Iterable[Thing | Someone]:
    return [correction.more["item"], correction.more["bank"], world.people[0]]  # who looked into it


def _corrections(world: World, who: Someone) -> Iterable[Case]:
    """The bad questions of the banks of one's units, with their banks and who looked into them."""
    if not world.anywhere(who, May.PUBLISH):
        return [Case(_BAD, REFUSED)]
    found = [c for c in world.of("correction") if world.may(who, May.PUBLISH, world.owner[c])]
    banks: list[Thing | Someone] = [c.more["bank"] for c in found]
    return [Case(_BAD, SHOWN, words([*banks, *world.people[:1]] if found else []))]


def _bad_question(world: World, who: Someone) -> Iterable[Case]:
    """A form without a reason: it comes back with the question, for whoever may put it right."""
    found = []
    for item in world.random.sample(world.of("item"), 2):
        right = world.may(who, May.PUBLISH, world.owner[item])
        shown = words([item, item.more["bank"]]) if right else frozenset()
        found.append(Case(_BAD, TAKEN if right else REFUSED, may_show=shown, form={"cau": item.key}))
    return found


def _or_elsewhere(entry: Entry) -> Entry:
    """What is shown, or leads on: a paper that does not stand still leads to its questions."""

    def cases(world: World, who: Someone) -> list[Case]:
        return [replace(c, status=c.status | {303}) if 200 in c.status else c for c in entry(world, who)]

    return cases


ENTRIES = {
    "quizzes.marking_list": anywhere(May.CONFIRM, "/can-bo/cham-bai"),
    "quizzes.marking_next": anywhere(May.CONFIRM, "/can-bo/cham-bai/ke-tiep", {}),
    "quizzes.marking_claim": _nothing_to_mark("/can-bo/cham-bai/{key}/1/giu", {}),
    "quizzes.decisions": anywhere(May.PUBLISH, "/can-bo/quyet-dinh-diem"),
    "quizzes.decision": _nothing_to_mark("/can-bo/quyet-dinh-diem/{key}/1"),
    "quizzes.decide": _nothing_to_mark("/can-bo/quyet-dinh-diem/{key}/1", {"level-0": "0"}),
    "quizzes.marked_list": anywhere(May.PUBLISH, f"{_MARKED}"),
    "quizzes.marked_one": _nothing_to_mark(f"{_MARKED}/{{key}}/1"),
    "quizzes.mark_anew": _nothing_to_mark(f"{_MARKED}/{{key}}/1", {"level-0": "0"}),
    "quizzes.corrections": _corrections,
    "quizzes.correction_new": at(May.PUBLISH, "item", f"{_BAD}/moi?cau={{key}}", besides=_bank_of),
    "quizzes.correction_begin": _bad_question,
    "quizzes.correction": at(May.PUBLISH, "correction", f"{_BAD}/{{key}}", besides=_found_bad),
    "quizzes.correction_people": at(May.PUBLISH, "correction", f"{_BAD}/{{key}}/dat", besides=_found_bad),
    # as they are, neither changes anything: what was not applied cannot be undone
    "quizzes.correction_undo": at(May.PUBLISH, "correction", f"{_BAD}/{{key}}/hoan-tac", {}, besides=_found_bad),
    "quizzes.correction_apply": apart("it changes what the others look at; tests/quizzes/test_bad_questions.py"),
    "quizzes.correction_drop": apart("it deletes what the others look at; tests/quizzes/test_bad_questions.py"),
    "quizzes.marking_one": _nothing_to_mark("/can-bo/cham-bai/{key}/1"),
    "quizzes.marking_give": _nothing_to_mark("/can-bo/cham-bai/{key}/1", {"level-0": "0"}),
    "quizzes.returning": oneself("/on-lai"),
    "quizzes.returning_answer": oneself("/on-lai", form={"item": "otp-con-trai", "topic": ".otp-con-trai"}),
    "quizzes.returning_choose": oneself("/on-lai/bat-tat", form={"off": "no"}),
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
    "quizzes.helped": of_holder("result", "/luot/{key}/ai-giup", form={}),
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
    "quizzes.studio_item_drop": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}/bo-nhap", {"base": "0"}, besides=_bank),
    "quizzes.studio_item_preview": _looked_at("/studio/cau-hoi/{key}/xem-truoc"),
    "quizzes.studio_item_versions": _looked_at("/studio/cau-hoi/{key}/phien-ban"),
    "quizzes.studio_questions": _my_questions,
    "quizzes.studio_hand_in": at(May.AUTHOR, "bank", f"{_BANK}/gui-duyet", besides=_drafts),
    "quizzes.studio_handed_in": at(May.AUTHOR, "bank", f"{_BANK}/gui-duyet", {"pool": "exam"}, besides=_drafts),
    "quizzes.studio_item_retire": at(May.AUTHOR, "item", "/studio/cau-hoi/{key}/ngung", {"back": "1"}),
    "quizzes.studio_quizzes": list_of(May.AUTHOR, "/studio/bai-kiem-tra", "quiz"),
    "quizzes.studio_quiz_begin": begun_in(May.AUTHOR, "/studio/bai-kiem-tra", "org", {"title": ""}, "quiz"),
    "quizzes.studio_quiz": at(May.AUTHOR, "quiz", "/studio/bai-kiem-tra/{key}"),
    "quizzes.studio_quiz_save": at(May.AUTHOR, "quiz", "/studio/bai-kiem-tra/{key}", {"base": "0"}),
}
