"""Tables and types."""

from lms.db.base import NO_FILES, Base, BigId, Id, Json, LinkId, Moment, Slug, Small, Stamp, UtcDateTime, plain
from lms.db.many import insert_many
from lms.db.statement import Statement
from lms.storage import FileStore

__all__ = [
    "NO_FILES", "Base", "BigId", "FileStore", "Id", "Json", "LinkId", "Moment", "Slug", "Small", "Stamp", "Statement",
    "UtcDateTime", "insert_many", "plain",
]  # fmt: skip
