"""Pure: the tree of hashes, its tiles, and the proofs that follow from them. RFC 6962, 2.1; C2SP tlog-tiles.

A hash is 32 bytes of SHA-256. `MTH(lo, hi)` below is the hash over the entries lo to hi, hi not included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

HASH = 32  # bytes
HEIGHT = 8  # levels of the tree in a tile
WIDTH = 1 << HEIGHT  # hashes in a full tile
EMPTY_ROOT = hashlib.sha256(b"").digest()

# Gives the first `width` hashes of the tile `number` at `level`, joined.
Tiles = Callable[[int, int, int], bytes]


class BadTile(ValueError):
    """A tile is not there, or not as wide as a tree of this size needs it."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tile_width(size: int, level: int, number: int) -> int:
    """How many hashes a tile has in a tree of `size` entries: 0 where there is none."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def tile_path(level: int | None, number: int, width: int = WIDTH) -> str:
    """Where a tile lies under the log's address; level None: the entries themselves."""
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        parts.append(f"x{number % 1000:03d}")
    name = "entries" if level is None else str(level)
    return f"tile/{name}/{'/'.join(reversed(parts))}" + ("" if width == WIDTH else f".p/{width}")


def read_number(path: str) -> int:
    """The number in a tile's path: "x001/x234/067" is 1234067. ValueError for any other way of writing one."""
    parts = path.split("/")
    number = 0
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        digits = part if last else part[1:]
        if len(digits) != 3 or not digits.isascii() or not digits.isdigit() or (not last and not part.startswith("x")):
            raise ValueError(f"no number of a tile: {path!r}")
        number = number * 1000 + int(digits)
    if len(parts) > 1 and parts[0] == "x000":
        raise ValueError(f"no number of a tile: {path!r}")
    return number


@dataclass
class Tree:
    """A tree of `size` entries, read tile by tile; each tile is asked for once."""

    size: int
    tiles: Tiles
    _held: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def _tile(self, level: int, number: int) -> bytes:
        held = self._held.get((level, number))
        if held is None:
            width = tile_width(self.size, level, number)
            held = self.tiles(level, number, width)
            if width == 0 or len(held) != width * HASH:
                raise BadTile(f"tile {level}/{number}: {len(held) // HASH} of {width} hashes")
            self._held[(level, number)] = held
        return held

    def leaf(self, index: int) -> bytes:
        """The hash of the entry with this index."""
        return self._node(0, index)

    def _node(self, height: int, index: int) -> bytes:
        """The hash over the 2**height entries that begin at index * 2**height."""
        level, above = divmod(height, HEIGHT)
        first = index << above  # of the hashes in tiles of this level
        number, place = divmod(first, WIDTH)
        tile = self._tile(level, number)
        hashes = [tile[i * HASH : (i + 1) * HASH] for i in range(place, place + (1 << above))]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    def hash_of(self, lo: int, hi: int) -> bytes:
        """MTH(lo, hi), where such a range stands in a tree: its first part as large as a power of two allows."""
        if lo == hi:
            return EMPTY_ROOT
        span = hi - lo
        if span & (span - 1) == 0 and lo % span == 0:
            return self._node(span.bit_length() - 1, lo // span)
        half = _half(span)
        return node_hash(self.hash_of(lo, lo + half), self.hash_of(lo + half, hi))

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree, or of the tree that it was when it had `size` entries."""
        return self.hash_of(0, self.size if size is None else size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that an entry is in the tree, from the leaf's neighbour up. IndexError where it is not."""
        size = self.size if size is None else size
        if not 0 <= index < size <= self.size:
            raise IndexError(index)
        return list(self._path(index, 0, size))

    def _path(self, index: int, lo: int, hi: int) -> Iterator[bytes]:
        if hi - lo == 1:
            return
        middle = lo + _half(hi - lo)
        if index < middle:
            yield from self._path(index, lo, middle)
            yield self.hash_of(middle, hi)
        else:
            yield from self._path(index, middle, hi)
            yield self.hash_of(lo, middle)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that a tree of `size` entries begins with the one of `old` entries."""
        size = self.size if size is None else size
        if not 0 <= old <= size <= self.size:
            raise IndexError(old)
        return list(self._grown(old, 0, size, whole=True)) if 0 < old < size else []

    def _grown(self, old: int, lo: int, hi: int, whole: bool) -> Iterator[bytes]:
        if old == hi:
            if not whole:
                yield self.hash_of(lo, hi)
            return
        middle = lo + _half(hi - lo)
        if old <= middle:
            yield from self._grown(old, lo, middle, whole)
            yield self.hash_of(middle, hi)
        else:
            yield from self._grown(old, middle, hi, whole=False)
            yield self.hash_of(lo, middle)


def _half(span: int) -> int:
    """The largest power of two below a span of at least two."""
    return 1 << ((span - 1).bit_length() - 1)


def grow(edge: Sequence[bytes], size: int, leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """The tiles that change when entries are added to a tree of `size`, by (level, number), whole as they then are.

    `edge`: the last tile of each level as it is, from level 0 up; empty where the level has no partial tile.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, added = 0, list(leaves)
    while added:
        count = size >> (HEIGHT * level)
        held = edge[level] if level < len(edge) else b""
        if len(held) != count % WIDTH * HASH:
            raise BadTile(f"edge of level {level}: {len(held) // HASH} of {count % WIDTH} hashes")
        above: list[bytes] = []
        number, place = divmod(count, WIDTH)
        row = [held[i : i + HASH] for i in range(0, len(held), HASH)]
        while added:
            taken, added = added[: WIDTH - place], added[WIDTH - place :]
            row += taken
            changed[(level, number)] = b"".join(row)
            if len(row) == WIDTH:
                above.append(_top(row))
            row, place, number = [], 0, number + 1
        level, added = level + 1, above
    return changed


def _top(row: Sequence[bytes]) -> bytes:
    hashes = list(row)
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that an entry stands at an index of the tree with this root. RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree with `root` begins with the one with `old_root`. RFC 9162, 2.1.4.2."""
    if not 0 <= old <= size:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == size:
        return not proof and old_root == root
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root
