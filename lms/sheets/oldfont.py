"""Text written for the old fonts of TCVN 5712:1993 (TCVN3, ".VnTime"), which many offices still have.

Each Vietnamese letter is one byte there; read as Latin-1 it looks like "Hä vµ tªn". Capitals with a tone have no place
of their own: such fonts (".VnTimeH") show the small letters as capitals.
"""

from __future__ import annotations

_OLD = (
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ"
    "¡¢£¤¥¦§"
)  # fmt: skip
_NEW = (
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
    "ĂÂÊÔƠƯĐ"
)  # fmt: skip
_TABLE = str.maketrans(_OLD, _NEW)


def from_tcvn3(text: str) -> str:
    """The text in Unicode, from bytes of TCVN3 that were read as Latin-1."""
    return text.translate(_TABLE)
