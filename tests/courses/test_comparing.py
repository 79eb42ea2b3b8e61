"""Two bodies side by side, and three: laws that hold for every lesson."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.comparing import Place, news, offers, paired, proposed, taken, words

WORDS = st.lists(st.sampled_from(["mã", "OTP", "không", "đọc", "cho", "ai", "\n"]), max_size=12).map(" ".join)
FACTS = {"title": "Bài", "promise": "p", "minutes": 4, "address": "bạn", "checked": None, "review": None, "sources": [],
         "guide": "", "skills": ["A.1"], "groups": [], "slug": "bai"}  # fmt: skip
NAMES = [f"b{letter * 7}" for letter in "abcdefgh"]


def block(name: str, text: str) -> dict[str, Any]:
    return {"id": name, "kind": "text", "data": {"md": text}}


def lesson(blocks: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    return {**FACTS, "files": {}, "blocks": blocks, **facts}


BODIES = st.builds(
    lambda names, texts, promise: lesson([block(n, t) for n, t in zip(names, texts, strict=False)], promise=promise),
    st.permutations(NAMES).flatmap(lambda p: st.integers(0, 6).map(lambda n: p[:n])),
    st.lists(st.sampled_from("xyz"), min_size=6, max_size=6),
    st.sampled_from("pq"),
)


@given(WORDS, WORDS)
def test_both_texts_are_whole_and_what_is_the_same_is_the_same(before: str, after: str) -> None:
    left, right = words(before, after)
    assert "".join(p.text for p in left) == before
    assert "".join(p.text for p in right) == after
    same = ["".join(p.text for p in side if not p.other).split() for side in (left, right)]
    assert same[0] == same[1]
    if before == after:
        assert not any(p.other for p in (*left, *right))


def test_a_long_text_is_compared_quickly_and_whole() -> None:
    before, after = "một hai ba bốn\n" * 20_000, "một hai ba năm\n" * 20_000
    left, right = words(before, after)
    assert "".join(p.text for p in left) == before
    assert "".join(p.text for p in right) == after


@given(BODIES, BODIES)
def test_every_block_stands_in_the_list_once(before: dict[str, Any], after: dict[str, Any]) -> None:
    pairs = paired(before["blocks"], after["blocks"])
    assert [p.id for p in pairs if p.after] == [b["id"] for b in after["blocks"]]
    assert sorted(p.id for p in pairs if p.before) == sorted(b["id"] for b in before["blocks"])
    assert len({p.id for p in pairs}) == len(pairs)


def test_blocks_that_have_no_name_yet_are_found_again() -> None:
    before = [{"kind": "text", "data": {"md": "một"}}, {"kind": "text", "data": {"md": "hai"}}]
    after = [block("baaaaaaa", "không"), block("bbbbbbbb", "một"), block("bccccccc", "hai rồi")]
    states = [p.state for p in paired(before, after)]
    assert states.count("same") == 1
    assert "removed" not in states


# --- three bodies -----------------------------------------------------------------------------------------------------


def everything(body: dict[str, Any]) -> tuple[Any, ...]:
    return (body["promise"], body["blocks"])


@given(BODIES, BODIES)
def test_who_changed_nothing_gets_all_of_it(base: dict[str, Any], theirs: dict[str, Any]) -> None:
    found = offers(base, theirs, base)
    assert not any(offer.collides for offer in found)
    assert everything(taken(base, theirs, base, [o.key for o in found])) == everything(theirs)


@given(BODIES, BODIES)
def test_where_nothing_changed_above_nothing_is_offered(base: dict[str, Any], mine: dict[str, Any]) -> None:
    assert offers(base, base, mine) == []
    assert everything(taken(base, base, mine, [])) == everything(mine)


@given(BODIES, BODIES, BODIES, st.data())
def test_what_is_not_chosen_stays_and_what_is_chosen_comes(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any], data: st.DataObject
) -> None:
    found = offers(base, theirs, mine)
    chosen = data.draw(st.sets(st.sampled_from([o.key for o in found]))) if found else set()
    body = taken(base, theirs, mine, chosen)
    by_id = {b["id"]: b for b in body["blocks"]}
    assert len(by_id) == len(body["blocks"]), "no block stands twice"
    own = {b["id"]: b for b in mine["blocks"]}
    for name in NAMES:
        wanted = {b["id"]: b for b in theirs["blocks"]}.get(name) if name in chosen else own.get(name)
        assert by_id.get(name) == wanted
    assert body["promise"] == (theirs if "fact:promise" in chosen else mine)["promise"]


def test_another_picture_under_the_same_name_is_a_change_and_keeps_mine() -> None:
    picture = {"id": "baaaaaaa", "kind": "image", "data": {"file": "anh.png", "alt": "x"}}
    own = {"id": "bbbbbbbb", "kind": "image", "data": {"file": "anh-2.png", "alt": "y"}}
    base = lesson([picture], files={"anh.png": {"key": "1"}})
    theirs = lesson([picture], files={"anh.png": {"key": "2"}})
    mine = lesson([picture, own], files={"anh.png": {"key": "1"}, "anh-2.png": {"key": "9"}})
    (offer,) = offers(base, theirs, mine)
    assert not offer.collides
    body = taken(base, theirs, mine, [offer.key])
    assert {body["files"][b["data"]["file"]]["key"] for b in body["blocks"]} == {"2", "9"}


def test_skills_are_always_those_of_the_original() -> None:
    base, theirs = lesson([]), lesson([], skills=["A.1", "B.2"])
    assert taken(base, theirs, lesson([], skills=["X.9"]), [])["skills"] == ["A.1", "B.2"]


# --- what is proposed, and what learners are told ---------------------------------------------------------------------


def test_wording_and_meaning() -> None:
    long = "Ngân hàng không bao giờ hỏi mã OTP qua điện thoại hay tin nhắn của bạn."
    steps = {"id": "bccccccc", "kind": "steps", "data": {"items": ["Mở máy."]}}
    base = lesson([block("baaaaaaa", long), steps])
    assert proposed("lesson", base, lesson([block("baaaaaaa", long.replace("hay", "và")), steps])) == "minor"
    assert proposed("lesson", base, {**base, "sources": ["x"], "title": "Bài học"}) == "minor"
    assert proposed("lesson", base, lesson([block("baaaaaaa", "Khác hẳn rồi."), steps])) == "major"
    assert proposed("lesson", base, lesson([block("baaaaaaa", long)])) == "major"
    assert proposed("lesson", base, {**base, "skills": []}) == "major"
    assert proposed("task", {"text": long, "choices": []}, {"text": long + " Nhé.", "choices": []}) == "minor"
    assert proposed("task", {"text": long, "choices": []}, {"text": long, "choices": ["a"]}) == "major"
    course = {"modules": [{"activities": [{"kind": "lesson", "slug": "a"}]}]}
    assert proposed("course", course, {"modules": [{"title": "x", **course["modules"][0]}]}) == "minor"
    assert proposed("course", course, {"modules": []}) == "major"


def test_what_a_learner_is_told() -> None:
    old = [Place(1, "Một", 10, 1), Place(2, "Hai", 20, 2), Place(3, "Ba", 30, 4)]
    new = [Place(2, "Hai", 20, 1), Place(1, "Một", 11, 2), Place(4, "Bốn", 40, 4)]
    found = news(old, new, 0b011, 0b001)
    assert (found.added, found.changed, found.gone, found.again, found.stays) == (
        ("Bốn",),
        ("Một",),
        ("Ba",),
        ("Một",),
        1,
    )
