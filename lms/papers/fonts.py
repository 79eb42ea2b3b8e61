"""The font files that papers and pictures are drawn with, kept here so that no machine draws differently."""

from pathlib import Path
from typing import Final, Literal

FONT_FOLDER: Final = Path(__file__).with_name("fonts")

#: Faces of the paper: Liberation Serif 2.1.5, metric twin of Times New Roman.
Face = Literal["regular", "bold", "italic"]

FACE_FILES: Final[dict[Face, Path]] = {
    "regular": FONT_FOLDER / "LiberationSerif-Regular.ttf",
    "bold": FONT_FOLDER / "LiberationSerif-Bold.ttf",
    "italic": FONT_FOLDER / "LiberationSerif-Italic.ttf",
}

#: Highest and lowest ink of any Vietnamese letter in these faces, in parts of the type size
#: (measured: 0.916, bold Ẵ; 0.221, bold g).
ASCENT: Final = 0.93
DESCENT: Final = 0.23
#: Room above that for a mark set by hand over a capital (Ê̆ of Ê Đê).
MARK_ASCENT: Final = 0.25

#: Faces of the share image: Be Vietnam Pro.
BRAND_REGULAR: Final = FONT_FOLDER / "BeVietnamPro-Regular.ttf"
BRAND_BOLD: Final = FONT_FOLDER / "BeVietnamPro-Bold.ttf"
