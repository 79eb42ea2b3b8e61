"""The languages that lessons may be told in: facts only. Pure.

Not those of the buttons (`lms.web.locale.LOCALES`): an interface needs a whole catalogue, a lesson needs one speaker.
Codes are BCP 47: two letters where ISO 639 has them, else the three of ISO 639-3, so that a phone's voice, a braille
display and the reader's own font are chosen rightly. A group of close languages has a code too (`hmn`), for where
nobody can say which of them it is.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

DEFAULT = "vi"


class Language(Struct, frozen=True):
    """A language: what its speakers call it, what it is called in Vietnamese, and which way it is written.

    `own` is empty where we know no name that its speakers write; the Vietnamese one is shown then. `written`: whether
    a script is in everyday use here. Where it is not, a track is sound, and its text stays Vietnamese.
    """

    code: str
    own: str
    vietnamese: str
    written: bool = True
    direction: Literal["ltr", "rtl"] = "ltr"

    @property
    def name(self) -> str:
        """As it stands in a list for its speakers."""
        return self.own or self.vietnamese

    @property
    def name_lang(self) -> str:
        """The language of `name`."""
        return self.code if self.own else DEFAULT


_ALL = (
    Language("vi", "Tiếng Việt", "Tiếng Việt"),
    Language("en", "English", "Tiếng Anh"),
    Language("km", "ភាសាខ្មែរ", "Tiếng Khmer"),
    Language("mww", "Hmoob Dawb", "Tiếng Mông Trắng"),
    Language("hnj", "Moob Ntsuab", "Tiếng Mông Xanh"),
    Language("hmn", "Hmoob", "Tiếng Mông"),
    Language("blt", "ꪼꪕꪒꪾ", "Tiếng Thái Đen"),
    Language("twh", "", "Tiếng Thái Trắng"),
    Language("tyz", "", "Tiếng Tày"),
    Language("nut", "", "Tiếng Nùng"),
    Language("mtq", "", "Tiếng Mường"),
    Language("ium", "Iu Mienh", "Tiếng Dao"),
    Language("mji", "", "Tiếng Dao Kim Môn"),
    Language("rad", "Klei Êđê", "Tiếng Ê Đê"),
    Language("jra", "Tơlơi Jrai", "Tiếng Gia Rai"),
    Language("bdq", "Bahnar", "Tiếng Ba Na"),
    Language("sed", "", "Tiếng Xơ Đăng"),
    Language("hre", "", "Tiếng Hrê"),
    Language("kpm", "", "Tiếng Cơ Ho"),
    Language("cmo", "", "Tiếng M’Nông"),
    Language("cjm", "", "Tiếng Chăm (Đông)"),
    Language("cja", "", "Tiếng Chăm (Tây)"),
    Language("rog", "", "Tiếng Ra Glai"),
    Language("cje", "", "Tiếng Chu Ru"),
    Language("sti", "", "Tiếng Xtiêng"),
    Language("crw", "", "Tiếng Chơ Ro", written=False),
    Language("cma", "", "Tiếng Mạ"),
    Language("bru", "", "Tiếng Bru - Vân Kiều"),
    Language("tth", "", "Tiếng Tà Ôi"),
    Language("ktv", "", "Tiếng Cơ Tu"),
    Language("cua", "", "Tiếng Co", written=False),
    Language("lo", "ພາສາລາວ", "Tiếng Lào"),
    Language("khb", "", "Tiếng Lự"),
    Language("mlc", "", "Tiếng Cao Lan"),
    Language("yue", "粵語", "Tiếng Quảng Đông"),
    Language("zh", "中文", "Tiếng Trung"),
)
LANGUAGES: dict[str, Language] = {language.code: language for language in _ALL}


def language(code: str) -> Language | None:
    """A language by its code, or None for one that nobody has written down here."""
    return LANGUAGES.get(code)


def name_of(code: str) -> str:
    """What the language's speakers call it; the code itself where it is unknown."""
    found = LANGUAGES.get(code)
    return found.name if found else code
