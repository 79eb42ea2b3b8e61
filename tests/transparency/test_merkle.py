"""The tree against the definitions of RFC 6962, 2.1, written down word for word, for every small size."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.transparency.merkle import (
    EMPTY_ROOT,
    HASH,
    WIDTH,
    BadTile,
    Tree,
    extends,
    grow,
    includes,
    leaf_hash,
    read_number,
    tile_path,
    tile_width,
)

ENTRIES = [f"entry {n}".encode() for n in range(70_000)]
LEAVES = [leaf_hash(e) for e in ENTRIES]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it stands there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


class Kept:
    """Tiles in memory, grown step by step."""

    def __init__(self) -> None:
        self.size = 0
        self.tiles: dict[tuple[int, int], bytes] = {}

    def add(self, leaves: list[bytes]) -> None:
        self.tiles |= grow(self.edge(), self.size, leaves)
        self.size += len(leaves)

    def edge(self) -> list[bytes]:
        found, level = [], 0
        while self.size >> (8 * level):
            count = self.size >> (8 * level)
            found.append(self.tiles[(level, count // WIDTH)] if count % WIDTH else b"")
            level += 1
        return found

    def read(self, level: int, number: int, width: int) -> bytes:
        return self.tiles.get((level, number), b"")[: width * HASH]

    def tree(self, size: int | None = None) -> Tree:
        return Tree(self.size if size is None else size, self.read)


@pytest.fixture(scope="module")
def kept() -> Kept:
    made = Kept()
    at, step = 0, 1
    while at < len(LEAVES):
        made.add(LEAVES[at : at + step])
        at, step = at + step, step % 700 + 13
    return made


def test_the_tiles_are_those_that_the_specification_counts(kept: Kept) -> None:
    """The example of tlog-tiles: a tree of 70,000."""
    widths = {key: len(tile) // HASH for key, tile in kept.tiles.items()}
    assert [widths[(0, 273)], widths[(1, 0)], widths[(1, 1)], widths[(2, 0)]] == [112, 256, 17, 1]
    assert sum(1 for (level, _n), w in widths.items() if level == 0 and w == WIDTH) == 273
    assert len(widths) == 273 + 1 + 2 + 1
    assert all(tile_width(70_000, level, n) == w for (level, n), w in widths.items())
    assert tile_width(70_000, 0, 274) == tile_width(256, 0, 1) == 0
    assert (tile_width(256, 0, 0), tile_width(256, 1, 0)) == (256, 1)


def test_paths_of_tiles() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 17, 5) == "tile/1/017.p/5"
    assert tile_path(None, 1000) == "tile/entries/x001/000"
    assert read_number("x001/x234/067") == 1234067
    assert read_number("000") == 0
    for wrong in ("", "7", "x067", "x000/067", "001/067", "x001/x67", "x001/06a", "-01", "x001/", "００１"):
        with pytest.raises(ValueError, match="no number of a tile"):
            read_number(wrong)


@given(st.integers(0, 70_000))
def test_the_root_is_as_defined(kept: Kept, size: int) -> None:
    small = size % 1_100
    assert kept.tree().root(small) == mth(LEAVES[:small])


def test_roots_at_the_edges(kept: Kept) -> None:
    assert kept.tree().root(0) == EMPTY_ROOT
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000):
        assert kept.tree().root(size) == mth(LEAVES[:size]), size


@given(st.data())
def test_inclusion(kept: Kept, data: st.DataObject) -> None:
    size = data.draw(st.one_of(st.integers(1, 600), st.integers(1, 70_000)))
    index = data.draw(st.integers(0, size - 1))
    tree = kept.tree()
    root, proof = tree.root(size), tree.inclusion(index, size)
    assert tree.leaf(index) == LEAVES[index]
    assert includes(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not includes(LEAVES[index], other, size, proof, root)
    assert not includes(leaf_hash(b"forged"), index, size, proof, root)
    assert not includes(LEAVES[index], index, size, [*proof, root], root)
    if proof:
        assert not includes(LEAVES[index], index, size, proof[:-1], root)
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(LEAVES[index], index, size, [*proof[:at], bytes(HASH), *proof[at + 1 :]], root)


@given(st.data())
def test_consistency(kept: Kept, data: st.DataObject) -> None:
    size = data.draw(st.one_of(st.integers(1, 600), st.integers(1, 70_000)))
    old = data.draw(st.integers(0, size))
    tree = kept.tree()
    before, after, proof = tree.root(old), tree.root(size), tree.consistency(old, size)
    assert extends(old, before, size, after, proof)
    assert not extends(old, bytes(HASH), size, after, proof)
    if old != size or old == 0:
        assert not extends(old, before, size, bytes(HASH), proof) or old == 0
    if proof:
        assert not extends(old, before, size, after, proof[:-1])
        assert not extends(old, before, size, after, [*proof, after])
    if 1 < old < size:
        assert not extends(old - 1, before, size, after, proof)


def test_every_pair_of_small_sizes() -> None:
    made = Kept()
    made.add(LEAVES[:70])
    tree = made.tree()
    for size in range(71):
        for old in range(size + 1):
            assert extends(old, tree.root(old), size, tree.root(size), tree.consistency(old, size))
        for index in range(size):
            assert includes(LEAVES[index], index, size, tree.inclusion(index, size), tree.root(size))


def test_a_tile_that_is_short_is_no_proof(kept: Kept) -> None:
    with pytest.raises(BadTile):
        Tree(70_000, lambda level, number, width: kept.read(level, number, width)[:-HASH]).root()
    with pytest.raises(BadTile):
        grow([], 3, [LEAVES[0]])
    with pytest.raises(IndexError):
        kept.tree().inclusion(70_000)
    with pytest.raises(IndexError):
        kept.tree().consistency(70_001)
