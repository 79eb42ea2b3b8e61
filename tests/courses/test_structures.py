"""Laws of laying changes of an original course into an adapted one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from courses.structures import locked, offers, plan_of, replaced, taken

SLUGS = [f"bai-{n}" for n in range(8)]


@st.composite
def courses(draw: st.DrawFn) -> dict[str, Any]:
    """A course of up to four modules with up to eight lessons."""
    slugs = draw(st.permutations(SLUGS))[: draw(st.integers(0, len(SLUGS)))]
    titles = draw(st.lists(st.sampled_from("ABCDE"), unique=True, min_size=1, max_size=4))
    modules: list[dict[str, Any]] = [{"title": t, "skill_area": t.lower(), "activities": []} for t in titles]
    for place, slug in enumerate(slugs):
        ref: dict[str, Any] = {"kind": "lesson", "slug": slug, "weight": draw(st.sampled_from([1, 2]))}
        if place and draw(st.booleans()):
            ref["after"] = [slugs[place - 1]]
        draw(st.sampled_from(modules))["activities"].append(ref)
    summary = draw(st.sampled_from(["", "Một", "Hai"]))
    return {"slug": "k", "title": "K", "summary": summary, "groups": [], "framework": "f", "modules": modules}


def held(body: dict[str, Any]) -> set[str]:
    return {a["slug"] for m in body["modules"] for a in m["activities"]}


@settings(max_examples=150, deadline=None)
@given(courses(), courses())
def test_who_changed_nothing_gets_exactly_the_original(base: dict[str, Any], theirs: dict[str, Any]) -> None:
    found = offers(base, theirs, base, {})
    assert not any(offer.collides for offer in found)
    body = taken(base, theirs, base, {}, [offer.key for offer in found])
    assert body["summary"] == theirs["summary"]
    assert {m["title"]: {a["slug"]: a for a in m["activities"]} for m in body["modules"]} == {
        m["title"]: {a["slug"]: a for a in m["activities"]} for m in theirs["modules"]
    }
    if {(m["title"]) for m in base["modules"]} == {m["title"] for m in theirs["modules"]}:
        assert [m["title"] for m in body["modules"]] == [m["title"] for m in theirs["modules"]]
    assert offers(base, theirs, body, {}) == []


@settings(max_examples=150, deadline=None)
@given(courses(), courses(), courses(), st.data())
def test_nothing_of_ones_own_is_lost(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any], data: st.DataObject
) -> None:
    found = offers(base, theirs, mine, {})
    keys = [offer.key for offer in found if data.draw(st.booleans())]
    body = taken(base, theirs, mine, {}, keys)
    assert held(mine) - held(base) <= held(body), "what was added here stays"
    gone = {offer.key.removeprefix("activity:lesson/") for offer in found if offer.theirs is None and offer.key in keys}
    assert held(mine) - gone <= held(body)
    assert held(body) <= held(mine) | held(theirs)
    slugs = [a["slug"] for m in body["modules"] for a in m["activities"]]
    assert len(slugs) == len(set(slugs)), "nothing stands twice"
    assert all(set(a.get("after", ())) <= set(slugs) for m in body["modules"] for a in m["activities"])


@settings(max_examples=60, deadline=None)
@given(courses(), courses())
def test_nothing_new_offers_nothing(base: dict[str, Any], mine: dict[str, Any]) -> None:
    assert offers(base, base, mine, {}) == []
    body = taken(base, base, mine, {}, [])
    assert held(body) == held(mine)


def course(*modules: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    made = [
        {"title": t, "skill_area": t, "activities": [{"kind": "lesson", "slug": s, "weight": 1} for s in slugs]}
        for t, slugs in modules
    ]
    return {"slug": "k", "title": "K", "summary": "", "groups": [], "framework": "f", "modules": made, **more}


def shape(body: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(m["title"], [a["slug"] for a in m["activities"]]) for m in body["modules"]]


def test_an_adapted_lesson_keeps_its_place() -> None:
    base = course(("A", ["mot", "hai"]))
    theirs = course(("A", ["mot", "ba", "hai"]), ("B", ["bon"]))
    mine = replaced(course(("A", ["mot", "hai"])), "hai", "hai-cua-xa")
    assert shape(mine) == [("A", ["mot", "hai-cua-xa"])]
    found = offers(base, theirs, mine, {"hai": "hai-cua-xa"})
    assert [(o.key, o.collides) for o in found] == [
        ("module:+B", False), ("activity:lesson/ba", False), ("activity:lesson/bon", False),
    ]  # fmt: skip
    body = taken(base, theirs, mine, {"hai": "hai-cua-xa"}, [o.key for o in found])
    assert shape(body) == [("A", ["mot", "ba", "hai-cua-xa"]), ("B", ["bon"])]


def test_a_renamed_module_is_the_same_one_and_both_names_collide() -> None:
    base, theirs = course(("A", ["mot", "hai"])), course(("An toàn", ["mot", "hai"]))
    assert [(o.key, o.theirs, o.collides) for o in offers(base, theirs, base, {})] == [("module:+A", "An toàn", False)]
    mine = course(("Ở xã", ["mot", "hai", "rieng"]))
    (offer,) = offers(base, theirs, mine, {})
    assert offer.collides
    assert shape(taken(base, theirs, mine, {}, [])) == [("Ở xã", ["mot", "hai", "rieng"])]
    assert shape(taken(base, theirs, mine, {}, [offer.key])) == [("An toàn", ["mot", "hai", "rieng"])]


def test_a_module_with_something_of_ones_own_does_not_go() -> None:
    base, theirs = course(("A", ["mot"]), ("B", ["hai"])), course(("A", ["mot"]))
    mine = course(("A", ["mot"]), ("B", ["hai", "rieng"]))
    found = offers(base, theirs, mine, {})
    assert [(o.key, o.collides) for o in found] == [("module:+B", True), ("activity:lesson/hai", False)]
    body = taken(base, theirs, mine, {}, [o.key for o in found])
    assert shape(body) == [("A", ["mot"]), ("B", ["rieng"])]


def test_tags_of_the_framework_stay() -> None:
    base = course(("A", ["mot"]))
    mine = course(("Khác", ["mot"]), ("Riêng", ["hai"]), framework="khung-khac")
    mine["modules"][0]["skill_area"] = "?"
    body = locked(base, mine, {})
    assert body["framework"] == "f"
    assert [m["skill_area"] for m in body["modules"]] == ["A", "Riêng"]


def test_modules_of_one_title_are_told_apart() -> None:
    assert list(plan_of(course(("A", ["mot"]), ("A", ["hai"]))).modules) == ["+A", "+A 2"]


def test_who_waits_for_the_original_waits_for_its_adaptation() -> None:
    body = course(("A", ["mot", "hai"]))
    body["modules"][0]["activities"][1]["after"] = ["mot"]
    assert replaced(body, "mot", "mot-cua-xa")["modules"][0]["activities"][1]["after"] == ["mot-cua-xa"]
    assert replaced(body, "khong-co", "x") == body
