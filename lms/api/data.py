"""Tables and types."""

from lms.db.base import Base, BigId, Id, Json, LinkId, Moment, Slug, Small, Stamp, UtcDateTime
from lms.storage import FileStore

__all__ = [
    "Base", "BigId", "FileStore", "Id", "Json", "LinkId", "Moment", "Slug", "Small", "Stamp", "UtcDateTime",
]  # fmt: skip
