"""A block keeps its name through revisions, and the same content gets the same name everywhere."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.blocks.ids import with_ids


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"kind": "text", "data": {"md": words}, **more}


def names(blocks: list[dict[str, Any]]) -> list[str]:
    return [b["id"] for b in blocks]


def test_the_same_content_gets_the_same_names_in_every_installation() -> None:
    assert names(with_ids([text("một"), text("hai")])) == names(with_ids([text("một"), text("hai")]))


def test_two_equal_blocks_have_two_names() -> None:
    assert len(set(names(with_ids([text("một"), text("một"), text("một")])))) == 3


def test_an_unchanged_block_keeps_its_name_when_others_come_and_go() -> None:
    before = with_ids([text("một"), text("hai"), text("ba")])
    after = with_ids([text("không"), text("một"), text("ba")], before)
    assert after[1]["id"] == before[0]["id"]
    assert after[2]["id"] == before[2]["id"]


def test_a_block_whose_words_changed_keeps_its_name() -> None:
    before = with_ids([text("một"), text("hai"), text("ba")])
    after = with_ids([text("một"), text("hai, sửa lại"), text("ba")], before)
    assert names(after) == names(before)


def test_another_kind_at_the_same_place_is_another_block() -> None:
    before = with_ids([text("một"), text("hai")])
    after = with_ids([text("một"), {"kind": "steps", "data": {"items": ["a"]}}], before)
    assert after[1]["id"] != before[1]["id"]


def test_a_name_said_twice_is_kept_by_the_first() -> None:
    after = with_ids([text("một", id="x"), text("hai", id="x")])
    assert after[0]["id"] == "x"
    assert after[1]["id"] not in ("", "x")


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_names_are_never_shared(first: list[str], second: list[str]) -> None:
    before = with_ids([text(w) for w in first])
    after = with_ids([text(w) for w in second], before)
    assert len(set(names(after))) == len(second)
    assert all(names(after))
    assert [b["data"] for b in after] == [text(w)["data"] for w in second]
