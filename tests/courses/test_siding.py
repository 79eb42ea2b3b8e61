"""Two bodies side by side: what is chosen is what comes out, whatever the two are."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.blocks.siding import chosen, marks_of, marks_text, read_marks, sides

NAMES = [f"b{letter * 7}" for letter in "abcdef"]
BLOCKS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["một", "hai", "ba"])), max_size=6, unique_by=lambda pair: pair[0]
)
BODIES = st.builds(
    lambda title, more, blocks: {
        "slug": "bai",
        "title": title,
        **more,
        "files": {},
        "blocks": [{"id": name, "kind": "text", "data": {"md": words}} for name, words in blocks],
    },
    st.sampled_from(["Tên", "Tên khác"]),
    st.sampled_from([{}, {"completion": ["read"]}, {"completion": ["read", "done"]}]),
    BLOCKS,
)
Body = dict[str, Any]


def texts(body: Body) -> dict[str, str]:
    return {b["id"]: b["data"]["md"] for b in body["blocks"]}


@given(mine=BODIES, theirs=BODIES, base=BODIES)
def test_taking_one_side_everywhere_gives_that_side(mine: Body, theirs: Body, base: Body) -> None:
    seen = marks_of(base)
    for side, body in (("mine", mine), ("theirs", theirs)):
        choices = {place.name: side for place in sides(mine, theirs, seen)}
        result = chosen(mine, theirs, seen, choices)
        assert (texts(result), result["title"]) == (texts(body), body["title"])
        assert result.get("completion") == body.get("completion")


@given(mine=BODIES, theirs=BODIES, base=BODIES)
def test_what_is_suggested_loses_nothing_that_somebody_wrote(mine: Body, theirs: Body, base: Body) -> None:
    result = chosen(mine, theirs, marks_of(base), {})
    written = list(texts(result).values())
    before = texts(base)
    for body in (mine, theirs):
        for name, words in texts(body).items():
            if before.get(name) != words:
                assert words in written
    assert len(texts(result)) == len(result["blocks"]), "each block has a name of its own"


@given(base=BODIES, mine=BODIES)
def test_what_one_alone_changed_is_taken(base: Body, mine: Body) -> None:
    seen = marks_of(base)
    assert texts(chosen(mine, base, seen, {})) == texts(mine)
    assert texts(chosen(base, mine, seen, {})) == texts(mine)
    for result in (chosen(mine, base, seen, {}), chosen(base, mine, seen, {})):
        assert [result.get(name) for name in ("title", "completion")] == [mine["title"], mine.get("completion")]
    assert [place.changed for place in sides(base, base, seen)] == []


@given(body=BODIES)
def test_marks_go_through_a_form(body: Body) -> None:
    assert read_marks(marks_text(body)) == marks_of(body)


def test_moving_is_mine_where_i_moved() -> None:
    def body(*order: str) -> Body:
        blocks = [{"id": name, "kind": "text", "data": {"md": name}} for name in order]
        return {"slug": "bai", "files": {}, "blocks": blocks}

    base = body("baaaaaaa", "bbbbbbbb", "bccccccc")
    mine = body("bccccccc", "baaaaaaa", "bbbbbbbb")
    theirs = body("baaaaaaa", "bddddddd", "bbbbbbbb", "bccccccc")
    result = chosen(mine, theirs, marks_of(base), {})
    assert [b["id"] for b in result["blocks"]] == ["bccccccc", "baaaaaaa", "bddddddd", "bbbbbbbb"]
    result = chosen(base, theirs, marks_of(base), {})
    assert [b["id"] for b in result["blocks"]] == ["baaaaaaa", "bddddddd", "bbbbbbbb", "bccccccc"]


def test_two_files_of_one_name_are_both_kept() -> None:
    def body(key: str) -> Body:
        block = {"id": "baaaaaaa", "kind": "image", "data": {"file": "anh.webp", "alt": key}}
        return {"slug": "bai", "files": {"anh.webp": {"key": key}}, "blocks": [block]}

    result = chosen(body("a"), body("b"), marks_of(body("c")), {"baaaaaaa": "both"})
    assert [b["data"]["file"] for b in result["blocks"]] == ["anh.webp", "anh-2.webp"]
    assert {name: entry["key"] for name, entry in result["files"].items()} == {"anh.webp": "b", "anh-2.webp": "a"}


def test_nonsense_in_the_form_is_left_out() -> None:
    assert read_marks("a:b : x y: :z " + "k" * 500 + ":" + "m" * 500) == {"a": "b", "k" * 32: "m" * 12}
