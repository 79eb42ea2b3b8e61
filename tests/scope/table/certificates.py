"""certificates: papers, one's own and those that officers look up."""

from __future__ import annotations

from collections.abc import Iterable

from certificates.batches import DRAFT
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
    everybody,
    list_of,
    of_holder,
    oneself,
    words,
)
from tests.scope.world import Someone, Thing, World


def _own(world: World, who: Someone) -> list[Thing]:
    return [t for t in world.of("paper") if t.holder == who.id]


def search(world: World, who: Someone) -> Iterable[Case]:
    """The papers of one's units, and one looked for by its number."""
    if not world.anywhere(who, May.VERIFY):
        return [Case("/can-bo/giay", REFUSED)]
    mine = [t for t in world.of("paper") if world.may(who, May.VERIFY, world.owner[t])]
    one = world.random.choice(world.of("paper"))
    return [
        Case("/can-bo/giay", SHOWN, words(mine)),
        Case(f"/can-bo/giay?number={one.key}", SHOWN, words([one] if one in mine else [])),
    ]


def verified(world: World, who: Someone) -> Iterable[Case]:
    """Anybody may check a paper; the name is masked, but for the given name, which is the marker here."""
    one = world.random.choice(world.of("paper"))
    return [Case(f"/verify/{one.key}", SHOWN | {429}, may_show=words([one]))]


def proof(world: World, who: Someone) -> Iterable[Case]:
    """Anybody may have the proof of a paper: a number and hashes, nothing of its holder."""
    one = world.random.choice(world.of("paper"))
    return [Case(f"/verify/{one.key}/bang-chung", SHOWN | {425, 409, 422, 503, 404})]


def verified_by_machine(world: World, who: Someone) -> Iterable[Case]:
    one = world.random.choice(world.of("paper"))
    return [Case(f"/api/v1/verify/{one.key}", SHOWN | {429}, may_show=words([one]))]


BATCHES = "/can-bo/dot-cap-giay"


def _may_have(world: World, who: Someone, batch: Thing) -> bool:
    own = batch.more["state"] != DRAFT or batch.holder == who.id
    return own and world.may(who, May.ISSUE, world.owner[batch])


def batches(world: World, who: Someone) -> Iterable[Case]:
    """The batches of one's units; lists that were not begun are their senders'."""
    if not world.anywhere(who, May.ISSUE):
        return [Case(BATCHES, REFUSED)]
    found = [b for b in world.of("batch") if _may_have(world, who, b)]
    return [Case(BATCHES, SHOWN, words(found), words(world.by_id(b.holder or 0) for b in found))]


def a_batch(path: str = "", form: dict[str, str] | None = None, *status: int, done: bool = False) -> Entry:
    """One batch; `done`: asked of those only with which nothing more can be done."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for batch in world.of("batch"):
            if done and batch.more["state"] == DRAFT:
                continue
            right = _may_have(world, who, batch)
            shown = frozenset({batch.marker, batch.more["row"]}) if right else frozenset()
            wanted = (frozenset(status) or SHOWN) if right else REFUSED
            found.append(Case(f"{BATCHES}/{batch.key}{path}", wanted, may_show=shown, form=form))
        return found

    return cases


CHECKS = "/can-bo/kiem-tra-giay"


def record(path: str) -> Entry:
    """One's own checks: who may look papers up, and who answers for those who may. Numbers and one's own name."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        may = world.anywhere(who, May.VERIFY) or world.anywhere(who, May.GIVE_GRANTS)
        return [Case(CHECKS + path, SHOWN if may else REFUSED, may_show=words([who]) if may else frozenset())]

    return cases


def many_by_machine(world: World, who: Someone) -> Iterable[Case]:
    """Many at once: names of those papers alone that one may look up."""
    one = world.random.choice(world.of("paper"))
    if not world.anywhere(who, May.VERIFY):
        return [Case("/api/v1/verify-many", REFUSED, json={"numbers": [one.key]})]
    shown = words([one]) if world.may(who, May.VERIFY, world.owner[one]) else frozenset()
    return [Case("/api/v1/verify-many", SHOWN | {429}, may_show=shown, json={"numbers": [one.key]})]


def register(world: World, who: Someone) -> Iterable[Case]:
    """The register stands for whoever may look papers up; names only of one's units."""
    if not world.anywhere(who, May.VERIFY):
        return [Case("/can-bo/giay/so", REFUSED)]
    mine = [t for t in world.of("paper") if world.may(who, May.VERIFY, world.owner[t])]
    return [Case("/can-bo/giay/so", SHOWN, words(mine))]


def register_file(world: World, who: Someone) -> Iterable[Case]:
    """The same as a file; a book that there is not is not found."""
    book = "-".join(world.of("paper")[0].key.split("-")[:3])
    allowed = world.anywhere(who, May.VERIFY)
    return [
        Case(f"/can-bo/giay/so.pdf?book={book}", SHOWN if allowed else REFUSED),
        Case("/can-bo/giay/so.pdf?book=x", REFUSED),
    ]


def begun_with_paper(world: World, who: Someone) -> Iterable[Case]:
    """A hand-over of a paper of one's units is looked at (here it has no day); another's paper is not found."""
    found = []
    for thing in world.random.sample(world.of("paper"), 2):
        right = world.may(who, May.REVOKE, world.owner[thing])
        mine = [t for t in world.of("paper") if world.may(who, May.VERIFY, world.owner[t])]
        found.append(
            Case(
                "/can-bo/giay/chua-giao", TAKEN if right else REFUSED, may_show=words(mine) if right else frozenset(),
                form={"paper": thing.key, "on_day": ""},
            )
        )  # fmt: skip
    return found


def look(rest: str = "", form: dict[str, str] | None = None) -> Entry:
    """How papers of a unit look: for whoever may change the unit, as long as it stands."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for org in world.random.sample(world.units, 3):
            right = world.stands(org) and world.may(who, May.CHANGE_UNITS, org)
            status = (SHOWN if form is None else TAKEN) if right else REFUSED
            found.append(Case(f"/can-bo/mau-giay/{org}/xac-nhan{rest}", status, form=form))
        return found

    return cases


ENTRIES = {
    "certificates.carried": everybody("/v/"),
    "certificates.carried_app": everybody("/v/app.webmanifest"),
    "certificates.carried_keys": everybody("/v/keys.json"),
    "certificates.carried_status": everybody("/v/status", 200, 404),  # 404 before the first code
    "certificates.carried_worker": everybody("/v/sw.js"),
    "certificates.card": of_holder("paper", "/giay/{uuid}/the.png"),
    "certificates.card_pdf": of_holder("paper", "/giay/{uuid}/the.pdf"),
    "certificates.looks": anywhere(May.CHANGE_UNITS, "/can-bo/mau-giay"),
    "certificates.look": look(),
    "certificates.look_preview": look("/xem.png"),
    "certificates.look_save": look("", {"design": ""}),
    "certificates.look_back": look("/phien-ban", {"version": "1"}),
    "certificates.checks": record(""),
    "certificates.checks_csv": record("/xuat.csv"),
    "certificates.checks_xlsx": record("/xuat.xlsx"),
    "certificates.one_check": apart("a check is its official's; tests/certificates/test_checking.py"),
    "certificates.check_purpose": apart("as above"),
    "certificates.check_slip": apart("as above"),
    "certificates.check_many": anywhere(May.VERIFY, f"{CHECKS}/nhieu"),
    "certificates.check_many_post": anywhere(May.VERIFY, f"{CHECKS}/nhieu", {}),
    "certificates.api_check_papers": many_by_machine,
    "certificates.batches": batches,
    "certificates.batch": a_batch(),
    "certificates.batch_new": anywhere(May.ISSUE, f"{BATCHES}/moi"),
    "certificates.batch_begin": anywhere(May.ISSUE, f"{BATCHES}/moi", {}),
    "certificates.batch_list": anywhere(May.ISSUE, f"{BATCHES}/danh-sach"),
    "certificates.batch_list_post": anywhere(May.ISSUE, f"{BATCHES}/danh-sach", {}),
    "certificates.batch_template": anywhere(May.ISSUE, f"{BATCHES}/danh-sach/mau.xlsx"),
    "certificates.batch_bat_dau": a_batch("/bat-dau", {}, 303, 422),
    "certificates.batch_tam_dung": a_batch("/tam-dung", {}, 303, done=True),
    "certificates.batch_tiep_tuc": a_batch("/tiep-tuc", {}, 303, done=True),
    "certificates.batch_dung": a_batch("/dung", {}, 303, done=True),
    "certificates.batch_bo": a_batch("/bo", {}, 409, done=True),
    "certificates.batch_tep": a_batch("/tep", {}, 409, done=True),
    "certificates.batch_file": a_batch("/tep/1", None, 404),
    "certificates.api_check_paper": verified_by_machine,
    "certificates.api_check_paper_and_birth_date": everybody("/api/v1/verify", json={"number": "x"}),
    "certificates.api_me": oneself("/api/v1/me", lambda world, who: [who]),
    "certificates.preview": everybody("/verify/HVS-XN-2026-000123-36/anh.png", 404),
    "certificates.proof": proof,
    "certificates.verify": everybody("/verify"),
    "certificates.verify_number": verified,
    "certificates.verify_post": everybody("/verify", form={"number": "x"}),
    "certificates.mine": oneself("/giay"),
    "certificates.show": of_holder("paper", "/giay/{uuid}"),
    "certificates.pdf": of_holder("paper", "/giay/{uuid}.pdf"),
    "certificates.share_image": of_holder("paper", "/giay/{uuid}.png"),
    "certificates.admin_search": search,
    "certificates.admin_paper": at(May.VERIFY, "paper", "/can-bo/giay/{key}"),
    "certificates.admin_act": at(May.REVOKE, "paper", "/can-bo/giay/{key}/revoke"),
    "certificates.admin_act_post": at(
        May.REVOKE, "paper", "/can-bo/giay/{key}/revoke", {"code": "issued_in_error", "reason": ""}
    ),
    "certificates.ask_again": everybody("/giay/xem-lai/999999", 404, form={"note": ""}),
    "certificates.confirm_queue": anywhere(May.CONFIRM, "/can-bo/giay/cho-xac-nhan"),
    "certificates.confirm_results": anywhere(May.CONFIRM, "/can-bo/giay/cho-xac-nhan", {"result": "1"}),
    "certificates.hand": begun_with_paper,
    "certificates.handover": everybody("/can-bo/giay/giao-nhan/00000000-0000-4000-8000-000000000000", 404),
    "certificates.handover_pdf": everybody("/can-bo/giay/giao-nhan/00000000-0000-4000-8000-000000000000.pdf", 404),
    "certificates.register": register,
    "certificates.register_pdf": register_file,
    "certificates.to_hand": list_of(May.VERIFY, "/can-bo/giay/chua-giao", "paper"),
    "certificates.to_hand_pdf": anywhere(May.VERIFY, "/can-bo/giay/chua-giao.pdf"),
}
