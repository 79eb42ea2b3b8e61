"""What the worlds are furnished with: drafts, banks, quizzes, papers, attempts, declarations. Made once."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from certificates.batches import DONE, DRAFT
from certificates.listing import Named
from certificates.models import Batch
from certificates.services import batches
from courses.drafts import document
from courses.models import Declaration, Document, Fork, Revision
from courses.services import authoring as courses
from lms import clock, progress
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.identity.making import NewPerson, make_people
from lms.identity.people import person_by_id
from lms.learning.models import Activity, Kind
from lms.learning.queries import activity, newest_syllabus
from lms.learning.record import Result
from lms.media import taking as media
from lms.merging.models import Duplicate
from lms.outbox.worker import Worker
from lms.packages.importing import take_in
from lms.packages.reading import read_files
from lms.privacy import asking, guardians
from lms.reviewing import steps
from lms.testing import story
from plugins.cards.queries import room_by_uuid
from plugins.cards.services import teaching
from plugins.handover.models import FILE
from plugins.handover.models import Batch as Delivery
from plugins.handover.records import as_zip
from plugins.integrity.models import Case, CasePaper, CasePerson
from plugins.integrity.rules import ALIKE, DEVICE, Sign
from plugins.integrity.services import finding
from plugins.measuring.analysis import Seen, Sums
from plugins.measuring.models import ItemSums
from plugins.practice.models import PracticeDocument
from plugins.practice.services import authoring as practices
from plugins.rosters.formats.reading import read_paste
from plugins.rosters.models import CHECKING, TAKEN, Roster, RosterRow, RosterSheet
from plugins.rosters.queries import roster as roster_by_uuid
from plugins.rosters.services import receiving
from plugins.supervision.queries import session_by_uuid
from plugins.supervision.services import planning as supervised
from quizzes import drafts
from quizzes.api import papers
from quizzes.formats import gift
from quizzes.formats.checking import Around
from quizzes.models import Bank, Item, QuizDocument
from quizzes.remarks import DROP
from quizzes.services import authoring as quizzes
from quizzes.services import bringing, drafting, living, neutralising
from quizzes.services.neutralising import Wish
from tests.packages.conftest import MP3, SVG, TEXTS
from tests.scope.world import Site, Thing

DAY = timedelta(days=1)
COURSE, LESSON, TASK, QUIZ = "ky-nang-so", "giu-kin-ma-otp", "viec-that", "kiem-tra"
ITEM: dict[str, Any] = {
    "stem": "Câu hỏi thứ {n} của kho, {word}: ngân hàng hỏi mã qua điện thoại?", "skills": [], "lesson": None,
    "message": None, "data": {"answer": False, "why_true": "Không bao giờ.", "why_false": "Đúng vậy."},
}  # fmt: skip

PRACTICE: dict[str, Any] = {
    "promise": "Luyện xong, bác biết bật đèn.", "task": "", "address": "bác", "device": "phone", "minutes": 3,
    "groups": ["citizens"], "skills": [], "checked": None, "review": None, "sources": [],
    "screens": [{"id": "den", "name": "Đèn", "view": [{"w": "button", "id": "bat", "text": "Bật", "kind": "plain"}]}],
    "steps": [
        {"screen": "den", "say": "Bác bấm Bật.", "want": [{"tap": "bat", "values": {}, "exact": False}], "hint": "",
         "miss": {}, "traps": {}, "branch": {}, "audio": ""},
    ],
    "done": {"say": "Giỏi quá!", "can": ["Bật đèn"]}, "files": {},
}  # fmt: skip


def furnish(site: Site) -> None:
    """Fills a site of people and units with what they can own."""
    app, things = site.app, site.things
    with app.app_context():
        nation, author = site.orgs[0], site.people[0].id
        take_in(read_files(_package()), nation, None)
        with unit_of_work():
            for kind, count in (("lesson", 5), ("task", 3), ("course", 4), ("quiz", 4)):
                for n in range(count):
                    begin = quizzes.begin_quiz if kind == "quiz" else functools.partial(courses.begin, kind)
                    slug = begin(f"Bản nháp {kind} {n}", nation, author)
                    site.add(kind, slug, _titled(site, kind, _id(kind, slug)), id=_id(kind, slug))
            title = "Quét mã trả tiền"
            played = practices.begin(title, nation, author, PRACTICE)
            practices.publish_body(_id("practice", played), {**PRACTICE, "slug": played, "title": title}, None)
            site.add("practice", played, "", id=_id("practice", played), published=True)
            for n in range(3):
                slug = practices.begin(f"Luyện tập {n}", nation, author, PRACTICE)
                word = _titled(site, "practice", _id("practice", slug))
                site.add("practice", slug, word, id=_id("practice", slug))
            for n in range(4):
                slug, word = quizzes.begin_bank(f"Ngân hàng {n}", nation, author), site.marker()
                bank = site.add("bank", slug, word, id=_bank(slug))
                update = sa.update(Bank).where(Bank.id == bank.more["id"]).values(title=f"Ngân hàng {word}")
                connection().execute(update)
                word = site.marker()
                body = {**ITEM, "stem": ITEM["stem"].format(n=n, word=word)}
                item = _question(bank.more["id"], body, author, site.people[1].id, drafted=n % 2 == 0)
                made = site.add("item", item, word, bank=bank, version=_answered(item))
                site.add("correction", _looked_into(made, author), "", item=made, bank=bank)
                site.add("import", *_brought(site, bank, nation, author), bank=bank)
            for _ in range(4):
                word = site.marker()
                drawing = SVG.replace(b"</svg>", f"<desc>{word}</desc></svg>".encode())
                upload = media.take_in(drawing, f"{word}.svg", ("drawing",), nation, author)
                site.add("upload", str(upload), word, id=upload)
        published = [("lesson", LESSON), ("task", TASK), ("course", COURSE), ("quiz", QUIZ)]
        for kind, slug in published:
            site.add(kind, slug, "", id=_id(kind, slug), published=True)
        site.add("bank", "nguoi-dan", "", id=_bank("nguoi-dan"))
        bodies = connection().execute(sa.select(Revision.__table__.c.body)).scalars()
        picture = next(iter(next(body for body in bodies if body.get("files"))["files"].values()))
        site.facts["file"] = f"{picture['key']}.{picture['ending']}"
        site.facts["syllabus"] = str(newest_syllabus(_id("course", COURSE)))
        _hand_in(site, author)
        _learn(site)
        _ask(site)
        _look_alike(site)
        _look_again(site)
        _hold_classes(site)
        _send_lists(site)
        _begin_batches(site)
        _plan_sessions(site)
        _make_deliveries(site)
        let_go()
    assert {"lesson", "course", "task", "bank", "item", "quiz", "paper", "attempt", "declaration"} <= set(things)


def _package() -> dict[str, bytes]:
    files = {name: text.encode() for name, text in TEXTS.items()}
    rules = files["rules/mac-dinh.yaml"].replace(b"confirmed: false", b"confirmed: true")
    rules = rules.replace(b"  - {kind: skills_taught, all: true}\n", b"")  # one lesson does not teach them all
    assert len(rules) < len(files["rules/mac-dinh.yaml"]) - 30
    pictures = {f"lessons/{LESSON}/ma.svg": SVG, f"lessons/{LESSON}/nghe.mp3": MP3}
    return {**files, **pictures, "rules/mac-dinh.yaml": rules}


def _id(kind: str, slug: str) -> int:
    a = Activity.__table__
    return int(connection().execute(sa.select(a.c.id).where(a.c.kind == kind, a.c.slug == slug)).scalar_one())


def _titled(site: Site, kind: str, activity_id: int) -> str:
    """Gives a draft its title afterwards, so that its address does not betray it."""
    tables = {"quiz": QuizDocument.__table__, "practice": PracticeDocument.__table__}
    word, table = site.marker(), tables.get(kind, Document.__table__)
    draft = connection().execute(sa.select(table.c.draft).where(table.c.activity_id == activity_id)).scalar_one()
    changed = {**draft, "title": f"Bản nháp {word}"}
    connection().execute(sa.update(table).where(table.c.activity_id == activity_id).values(draft=changed))
    a = Activity.__table__
    connection().execute(sa.update(a).where(a.c.id == activity_id).values(title=changed["title"]))
    return word


def _brought(site: Site, bank: Thing, nation: int, author: int) -> tuple[str, str]:
    """Questions of a file that nobody has taken in yet."""
    word = site.marker()
    found = gift.read(f"Câu hỏi {word} của tệp? {{=có ~không}}")
    around = Around({}, ())
    return str(bringing.begin(bank.more["id"], nation, "exam", "de.gift", "gift", found, {}, around, author)), word


def _answered(item: str) -> int:
    """The version in use of a question, that forty people answered; its id."""
    items, database = Item.__table__, connection()
    row = database.execute(sa.select(items.c.id, items.c.bank_id, items.c.current_id).where(items.c.slug == item)).one()
    version = int(row.current_id)
    sums = Sums()
    for n in range(40):
        sums.add(Seen(2520 * (n % 2), 25 * n, [str(n % 2)], True, 20, 0))
    counted = {"version_id": version, "item_id": row.id, "bank_id": row.bank_id, "n": 40, "sums": sums.packed()}
    database.execute(sa.insert(ItemSums).values(**counted, flags=",weak,", attention=51, computed_at=0))
    return version


def _looked_into(item: Thing, author: int) -> str:
    """A question that somebody found bad, and of which the papers were counted; nothing was applied."""
    items = Item.__table__
    which = connection().execute(sa.select(items.c.id).where(items.c.slug == item.key)).scalar_one()
    wish = Wish(which, item.more["version"], [_id("quiz", QUIZ)], None, None, DROP, [], "thử")
    uuid = neutralising.begin(wish, author)
    while neutralising.do_part(uuid):
        pass
    return str(uuid)


def _question(bank: int, body: dict[str, Any], author: int, reviewer: int, drafted: bool) -> str:
    """An exam question in use that somebody else looked at; over some of them there is a draft."""
    slug = drafting.begin(bank, "exam", "true_false", drafting.Kept(body), author)
    row = drafts.item(slug)
    assert row is not None
    signed = living.Signed("review", author, reviewer, clock.seconds(), 1)
    living.put_in_use([living.Wording(row.id, "exam", "true_false", body, author)], signed)
    if drafted:
        drafting.save(row.id, 0, 1, drafting.Kept({**body, "stem": f"{body['stem']} Sửa."}), author)
    return slug


def _bank(slug: str) -> int:
    b = Bank.__table__
    return int(connection().execute(sa.select(b.c.id).where(b.c.slug == slug)).scalar_one())


def _hand_in(site: Site, author: int) -> None:
    """One draft waits for a review; another is an adaptation of the published lesson."""
    waiting, adapted = site.things["lesson"][0], site.things["lesson"][1]
    with unit_of_work() as database:
        row = document("lesson", waiting.key)
        assert row is not None
        number = steps.submit("lesson", waiting.key, row.draft["title"], row.draft, author, "major")
        site.add("submission", number, "", lesson=waiting, by=author)
        origin = _id("lesson", LESSON)
        newest = sa.select(sa.func.max(Revision.id)).where(Revision.activity_id == origin).scalar_subquery()
        database.execute(
            sa.insert(Fork).values(
                activity_id=adapted.more["id"], origin_id=origin, revision_id=newest, forked_at=clock.seconds()
            )
        )
        site.add("fork", adapted.key, "", lesson=adapted)


def _learn(site: Site) -> None:
    """Four hold papers, three took the quiz, five wait for an officer to confirm their task."""
    task = activity("task", TASK)
    assert task is not None
    for holder in site.people[:4]:
        with unit_of_work():
            story.fulfil(holder.id, "nguoi-dan")
            progress.record_result(holder.id, task.id, Result(Kind.OBSERVED, by_id=site.people[9].id))
    let_go()
    while Worker(site.app).once():
        pass
    papers: Any = sa.text("SELECT id, uuid, number, account_id FROM certificates_credential ORDER BY id")
    from certificates.models import Credential

    c = Credential.__table__
    papers = connection().execute(sa.select(c.c.id, c.c.uuid, c.c.number, c.c.account_id).order_by(c.c.id)).all()
    assert len(papers) >= 4
    for row in papers:
        holder = next(p for p in site.people if p.id == row.account_id)
        site.add("paper", row.number, holder.marker, holder.id, id=row.id, uuid=row.uuid)
    with unit_of_work() as database:
        for n, who in enumerate(site.people[5:10]):
            word = site.marker()
            made = database.execute(
                sa.insert(Declaration)
                .values(account_id=who.id, activity_id=task.id, choice="Nhắn tin", note=word, at=clock.seconds() - n)
                .returning(Declaration.id)
            )
            site.add("declaration", int(made.scalar_one()), word, who.id)
    for who in site.people[6:9]:
        with unit_of_work():
            progress.enroll(who.id, _id("course", COURSE))
            progress.record_result(who.id, _id("lesson", LESSON), Result(Kind.COMPLETED))
    let_go()
    for who in site.people[6:9]:
        answer = site.clients[who.id].post(f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau")
        assert answer.status_code == 303, answer.get_data(as_text=True)
        uuid = answer.headers["Location"].rpartition("/")[0].rpartition("/")[2]
        site.add("attempt", uuid, "", who.id)
    for who in site.people[4:6]:
        with unit_of_work():
            progress.enroll(who.id, _id("course", COURSE))
            progress.record_result(who.id, _id("lesson", LESSON), Result(Kind.COMPLETED))
        let_go()
        answer = site.clients[who.id].post(f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau")
        uuid = answer.headers["Location"].rpartition("/")[0].rpartition("/")[2]
        site.clients[who.id].post(f"/luot/{uuid}/nop")
        site.add("result", uuid, "", who.id)


def _ask(site: Site) -> None:
    """Three ask for erasure of their data; two answer for a child, who has an account of its own and no unit."""
    with unit_of_work():
        for who in site.people[3:6]:
            word = site.marker()
            site.add("request", asking.ask(who.id, "erase", word, who.id), word, who.id, about="erase")
        for who in site.people[1:3]:
            word = site.marker()
            (child,) = make_people([NewPerson(word, "students", birth_date=clock.today() - 4000 * DAY)], None, None)
            guardian, minor = person_by_id(who.id), person_by_id(child)
            assert guardian is not None
            assert minor is not None
            guardians.agree(guardian, guardians.make_code(minor), "parent")
            site.add("ward", child, word, who.id)
    let_go()


def _look_again(site: Site) -> None:
    """Two people's results are looked at, each beside the other's paper; both have said something."""
    results = site.things["result"]
    found = {str(p.uuid): p for p in papers()}
    of_both = [found[str(thing.key)] for thing in results]
    for kind, thing in zip((ALIKE, DEVICE), results, strict=True):
        word, mine = site.marker(), found[str(thing.key)]
        pairs = [[*(p.id for p in of_both), 0, 0, 1, 6]]
        sign = Sign(kind, (mine.id,), {"compared": 1, "pairs": pairs, "minutes": 9, "overlaps": 1})
        with unit_of_work() as database:
            uuid = finding.open_case(mine.activity_id, [sign], {mine.id: mine})
            c, p, w = (t.__table__ for t in (Case, CasePaper, CasePerson))
            case_id = database.execute(sa.select(c.c.id).where(c.c.uuid == uuid)).scalar_one()
            for other in of_both:
                if other.id != mine.id:
                    values = {"attempt_id": other.id, "attempt_uuid": other.uuid, "account_id": other.account_id}
                    database.execute(sa.insert(p).values(case_id=case_id, **values))
            said = sa.update(w).where(w.c.case_id == case_id).values(answer=f"Tôi học với {word}.", answered_at=1)
            database.execute(said)
        site.add("case", str(uuid), word, thing.holder, id=case_id, people=[t.holder for t in results])
    let_go()


def _look_alike(site: Site) -> None:
    """Three pairs may be one person each."""
    with unit_of_work() as database:
        for low, high in ((0, 1), (2, 9), (4, 12)):
            one, other = site.people[low].id, site.people[high].id
            made = database.execute(
                sa.insert(Duplicate)
                .values(low_id=one, high_id=other, why="name", state="open", found_at=clock.seconds())
                .returning(Duplicate.id)
            )
            site.add("pair", int(made.scalar_one()), "", low=one, high=other)


def _hold_classes(site: Site) -> None:
    """Two helpers have a class open, with two people each."""
    with unit_of_work():
        for helper, guests in ((3, (4, 5)), (11, (6, 7))):
            word = site.marker()
            uuid = teaching.open_room(site.people[helper].id, f"Lớp {word}", teaching.lock_hash("482915"), 3)
            room = room_by_uuid(uuid)
            assert room is not None
            teaching.seat(room, [p for n in guests if (p := person_by_id(site.people[n].id)) is not None])
            names = [site.people[n].marker for n in guests]
            site.add("room", uuid, word, site.people[helper].id, names=names)


def _plan_sessions(site: Site) -> None:
    """Three supervised sessions, with two people on the list of each."""
    pin = supervised.pin_hash("482915")
    with unit_of_work():
        offer = supervised.offers()[0]
        for planner, guests in ((2, (4, 5)), (5, (8, 9)), (9, (10, 11))):
            word = site.marker()
            plan = supervised.Plan(
                f"Buổi {word}", site.orgs[0], "Nhà văn hóa", offer.activity_id, clock.seconds() + 3600, 90, 5, True
            )
            uuid = supervised.make(plan, pin, site.people[planner].id)
            session = session_by_uuid(uuid)
            assert session is not None
            supervised.expect(session, [site.people[n].id for n in guests], site.people[planner].id)
            site.add("hall", uuid, word, id=session.id, people=[site.people[n] for n in guests])


def _make_deliveries(site: Site) -> None:
    """Three files with confirmations, of which nobody said yet that they went."""
    table, store = Delivery.__table__, site.app.extensions["lms.files"]
    with unit_of_work() as database:
        for _n in range(3):
            uuid = uuid4()
            made = sa.insert(table).values(
                uuid=uuid,
                way=FILE,
                org_id=site.orgs[0],
                records=0,
                file_key=store.put(as_zip({"ban-giao.json": b"{}", "so": uuid.bytes})),
                made_at=clock.seconds(),
            )
            site.add("delivery", uuid, "", id=database.execute(made.returning(table.c.id)).scalar_one())


def _begin_batches(site: Site) -> None:
    """Two batches of papers are done, two lists wait to be looked at by their senders."""
    with unit_of_work():
        for sender, state in ((3, DONE), (9, DONE), (4, DRAFT), (13, DRAFT)):
            word, row = site.marker(), site.marker()
            named = [Named(2, f"Sùng Thị {row}", "", "", "", "", f"nobody-{row}".lower(), problem="nobody")]
            uuid = batches.draft_list(
                "list", site.orgs[0], f"Đợt {word}", "Khóa học", "An toàn", named, site.people[sender].id
            )
            table = Batch.__table__
            connection().execute(sa.update(table).where(table.c.uuid == uuid).values(state=state))
            batch_id = connection().execute(sa.select(table.c.id).where(table.c.uuid == uuid)).scalar_one()
            site.add("batch", uuid, word, site.people[sender].id, id=batch_id, state=state, row=row)


def _send_lists(site: Site) -> None:
    """Two lists are drafts of their senders; two were taken in."""
    with unit_of_work():
        for sender, state in ((1, TAKEN), (8, TAKEN), (2, CHECKING), (12, CHECKING)):
            word, row = site.marker(), site.marker()
            sheet = read_paste(f"Họ và tên\tNăm sinh\nTrần Thị {row}\t1961\n")
            uuid = receiving.begin(sheet, f"Danh sách {word}", site.orgs[0], "citizens", [], site.people[sender].id)
            roster = roster_by_uuid(uuid)
            assert roster is not None
            receiving.choose_columns(roster, {"0": "full_name", "1": "birth"}, [site.orgs[0]])
            change = sa.update(Roster).where(Roster.uuid == uuid)
            connection().execute(change.values(state=state, taken_at=clock.seconds() if state == TAKEN else None))
            lines = sa.update(RosterRow).where(RosterRow.roster_id == roster.id)
            connection().execute(lines.values(outcome="made" if state == TAKEN else ""))
            content = sa.select(RosterSheet.content).where(RosterSheet.roster_id == roster.id)
            kind = {"id": roster.id, "state": state, "row": row, "sheet": connection().execute(content).scalar()}
            site.add("roster", uuid, word, site.people[sender].id, **kind)
