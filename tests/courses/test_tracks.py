"""Which track stands for which revision, what it is laid over, and what of a lesson is read aloud."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses import tracks
from courses.blocks.fields import BlockField
from courses.marking import Marker, with_lang
from courses.tracks import Published, standing
from lms.api.speech import sentences
from lms.api.work import _

MD = (BlockField("md", "markdown", _("Text")),)
FIELDS = {"text": MD, "remember": MD}


def lesson(*texts: str) -> dict[str, Any]:
    blocks = [{"id": f"b{n}", "kind": "text", "data": {"md": text}} for n, text in enumerate(texts)]
    return {"title": "Bài một", "promise": "Bác biết làm.", "blocks": blocks, "files": {}}


def track(**more: Any) -> dict[str, Any]:
    return {**tracks.empty(), **more}


def told(md: str = "", sound: str = "") -> dict[str, Any]:
    return {"data": {"md": md} if md else {}, "sound": sound, "of": ""}


def test_a_track_goes_on_with_the_wording_and_ends_with_the_meaning() -> None:
    changes = {1: "first", 2: "minor", 3: "major", 4: "minor"}
    hmong = Published(9, "mww", 1, 1)
    found = {at: standing(at, changes, [hmong])["mww"].older for at in changes}
    assert found == {1: False, 2: False, 3: True, 4: True}
    again = Published(12, "mww", 3, 1)
    assert standing(4, changes, [hmong, again])["mww"] == tracks.Standing(again, older=False)
    assert standing(2, changes, [hmong, again])["mww"].track is hmong  # learners stay on what they began
    assert standing(2, changes, [again]) == {}


@given(st.lists(st.sampled_from(["minor", "major"]), max_size=6), st.integers(1, 7), st.integers(1, 7))
def test_the_law_of_standing(later: list[str], of: int, at: int) -> None:
    changes = {1: "first", **dict(enumerate(later, 2))}
    found = standing(at, changes, [Published(1, "km", of, 1)]).get("km")
    assert (found is None) == (of > at)
    if found is not None:
        assert found.older == any(changes.get(n) == "major" for n in range(of + 1, at + 1))


def test_what_is_not_told_stays_vietnamese() -> None:
    body = lesson("Một.", "Hai.", "Ba.")
    hmong = track(title="Ib", blocks={"b0": told("Ib."), "b2": told(sound="ba.mp3")}, files={"ba.mp3": {"key": "x"}})
    laid = tracks.laid_over(body, hmong, "mww")
    assert [(b["data"]["md"], b["lang"], b["sound"]) for b in laid["blocks"]] == [
        ("Ib.", "mww", None),
        ("Hai.", "vi", None),
        ("Ba.", "vi", {"key": "x"}),
    ]
    assert (laid["title"], laid["title_lang"], laid["promise"], laid["promise_lang"]) == (
        "Ib",
        "mww",
        body["promise"],
        "vi",
    )
    assert list(tracks.untold(body, hmong, FIELDS)) == ["b1"]
    assert not tracks.fully_told(laid, "mww", FIELDS)
    whole = track(title="Ib", promise="Ob.", blocks={f"b{n}": told("Ib.") for n in range(3)})
    assert tracks.fully_told(tracks.laid_over(body, whole, "mww"), "mww", FIELDS)


def test_blocks_without_names_are_known_by_their_place() -> None:
    body = lesson("Một.", "Hai.")
    for block in body["blocks"]:
        del block["id"]
    laid = tracks.laid_over(body, track(blocks={"@1": told("Ob.")}), "mww")
    assert [b["data"]["md"] for b in laid["blocks"]] == ["Một.", "Ob."]


def test_what_is_read_aloud_is_what_stands_there() -> None:
    body = lesson("## Đầu đề\n\nMột **đậm**\nhai & ba.\n\n- bốn\n- năm")
    body["blocks"].append({"id": "x", "kind": "message", "data": {"sender": "NGAN HANG", "text": "Bam\nvao"}})
    body["blocks"].append({"id": "y", "kind": "check", "data": {"item": "otp"}})
    assert tracks.heard(body).split("\n") == [
        "Bài một", "Bác biết làm.", "Đầu đề", "Một đậm hai & ba.", "bốn", "năm", "NGAN HANG", "Bam", "vao",
    ]  # fmt: skip


def test_sentences_are_marked_through_tags_and_entities() -> None:
    mark = Marker(["Một hai ba.", "Bốn & năm", "Không có ở đây.", "Sáu!"])
    html = mark("<p>Một <b>hai ba.</b> Bốn &amp;\n năm</p>")
    assert html == (
        '<p><span data-s="0">Một</span> <b><span data-s="0">hai ba.</span></b>'
        ' <span data-s="1">Bốn &amp;\n năm</span></p>'
    )
    assert mark('<h2><svg><path d="M1"/></svg><span>Nhớ kỹ</span></h2><p>Sáu!</p>').endswith(
        '<p><span data-s="3">Sáu!</span></p>'
    )


@given(st.lists(st.text("abc &<>.!?\n đ", max_size=30), max_size=6))
def test_marking_changes_no_word(texts: list[str]) -> None:
    from html import escape, unescape

    html = "".join(f"<p>{escape(text)}</p>" for text in texts)
    said = [s for text in texts for s in sentences(text)]
    marked = Marker(said)(html)
    bare = str(marked).replace("</span>", "")
    for number in range(len(said)):
        bare = bare.replace(f'<span data-s="{number}">', "")
    assert bare == html
    for number, sentence in enumerate(said):
        pieces = str(marked).split(f'<span data-s="{number}">')[1:]
        found = "".join(unescape(piece.split("</span>")[0]) for piece in pieces)
        assert "".join(found.split()) == "".join(sentence.split())


def test_the_language_stands_on_the_outermost_elements() -> None:
    html = '<figure><img src="x" alt="y"><figcaption>z</figcaption></figure><p lang="en">a</p>b'
    assert with_lang(html, "mww") == (
        '<figure lang="mww"><img src="x" alt="y"><figcaption>z</figcaption></figure><p lang="en">a</p>'
        '<span lang="mww">b</span>'
    )
