"""MP3 without ffmpeg: its frames one after another, and nothing else. Pure."""

from __future__ import annotations

from msgspec import Struct

MOST_RATE = 34_000  # bits a second of a sound that is small enough as it is
_RATES = {  # kilobits a second by (version 1, or 2 and 2.5), layer III
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_OURS = b"\xff\xf3\x34"  # version 2, layer III, 24 kbit/s at 24 kHz, as each frame of ours begins
_SAMPLES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


class Frames(Struct, frozen=True):
    """An MP3's frames: their bytes, how long they sound, and whether through one channel."""

    content: bytes
    seconds: float
    mono: bool
    is_ours: bool  # all frames are as we make them (`sounds.made_of`): another installation made it small already

    @property
    def rate(self) -> float:
        """Bits a second."""
        return len(self.content) * 8 / self.seconds if self.seconds else 0.0

    @property
    def is_small(self) -> bool:
        """Whether a weak line bears it as it is."""
        return self.mono and self.seconds > 0 and self.rate <= MOST_RATE


def frames_of(content: bytes) -> Frames | None:
    """The frames of a sound, without what stands before and behind them; None where it is none, or is not whole.

    Titles, pictures and whatever else is hung onto a sound (ID3, APE, another file) does not come along.
    """
    position = _after_tags(content)
    kept: list[memoryview] = []
    view = memoryview(content)
    seconds = 0.0
    mono = True
    ours = True
    while True:
        found = _frame(content, position)
        if found is None:
            break
        size, lasts, one = found
        if position + size > len(content):
            break  # the last one is cut: what is before it sounds
        kept.append(view[position : position + size])
        seconds += lasts
        mono = mono and one
        ours = ours and content[position : position + 3] == _OURS
        position += size
    return Frames(b"".join(kept), seconds, mono, ours and mono) if len(kept) >= 3 else None


def _after_tags(content: bytes) -> int:
    position = 0
    while content[position : position + 3] == b"ID3" and len(content) >= position + 10:
        size = content[position + 6 : position + 10]
        position += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
        position += 10 if content[position - 10 : position] and content[position : position + 3] == b"3DI" else 0
    while position < len(content) and content[position] == 0:
        position += 1
    return position


def _frame(content: bytes, position: int) -> tuple[int, float, bool] | None:
    """(bytes, seconds, one channel) of the layer III frame at a place, or None."""
    head = content[position : position + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_at, sample_at, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or not 0 < rate_at < 15 or sample_at == 3:
        return None
    samples = 1152 if version == 3 else 576
    frequency = _SAMPLES[version][sample_at]
    size = samples // 8 * _RATES[version == 3][rate_at] * 1000 // frequency + padding
    return size, samples / frequency, head[3] >> 6 == 3
