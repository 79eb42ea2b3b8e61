"""Pictures, sound, video, captions and documents: taking them in, and what is made of them."""

from lms.media.clearing import forget
from lms.media.kinds import KINDS, SPEECH, endings, most_bytes
from lms.media.making import ENDINGS, keys_of, to_carry
from lms.media.models import READY, REFUSED
from lms.media.programs import is_here as has_programs
from lms.media.queries import MediaRow, file_entry, media, settled
from lms.media.taking import CARRIED, Received, allow_upload, keep_made, made_facts, made_now, received, take_in
from lms.media.working import work_due

__all__ = [
    "CARRIED", "ENDINGS", "KINDS", "READY", "REFUSED", "SPEECH", "MediaRow", "Received", "allow_upload", "endings",
    "file_entry", "forget", "has_programs", "keep_made", "keys_of", "made_facts", "made_now", "media", "most_bytes",
    "received", "settled", "take_in", "to_carry", "work_due",
]  # fmt: skip
