"""Papers are PDF/A: PDFBox says so of part 1, level B; with files inside, part 3 is declared and all of it is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from PIL import Image, ImageCms

from certificates.designs import card, landscape, state
from certificates.designs.paper import Look
from lms.api.papers import as_pdfa3
from lms.papers.archive import srgb
from lms.testing.pytest_plugin import missing
from tests.certificates.test_designs import DRAWN, FULL, OF_KIND, STRIPES, a_logo, drawer
from tests.certificates.test_paper import PAPER, require_tool, run

JARS = Path("/usr/share/java")
NEEDED = ("pdfbox2", "preflight", "xmpbox", "fontbox2", "commons-logging", "javax.activation", "jaxb-api")
HOW = "apt-get install libpdfbox2-java libactivation-java libjaxb-api-java default-jdk-headless"
FILES = [
    ("credential.json", "application/json", '{"họ tên": "Nguyễn Thị Mai"}'.encode(), "Chứng chỉ số có thể kiểm tra"),
    ("certificate.tlog-proof", "text/plain", bytes(range(256)) * 9, "Bằng chứng (nhật ký minh bạch)"),
]
CHECK = """
import java.io.File;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;

public class Check {
    public static void main(String[] names) throws Exception {
        for (String name : names) {
            ValidationResult found;
            PreflightParser parser = new PreflightParser(new File(name));
            try {
                parser.parse();
                try (PreflightDocument document = parser.getPreflightDocument()) {
                    document.validate();
                    found = document.getResult();
                }
            } catch (SyntaxValidationException error) {
                found = error.getResult();
            }
            System.out.println("FILE " + name);
            for (ValidationResult.ValidationError error : found.getErrorsList())
                System.out.println("ERROR " + error.getErrorCode() + " " + error.getDetails().replace("\\n", " "));
        }
    }
}
"""


def preflight(folder: Path, papers: dict[str, bytes]) -> dict[str, list[str]]:
    """What PDFBox finds wrong with each, as PDF/A-1b; one Java machine for all of them."""
    java = shutil.which("java")
    jars = [JARS / f"{name}.jar" for name in NEEDED]
    if java is None or shutil.which("javac") is None or not all(jar.exists() for jar in jars):
        missing("PDFBox preflight", HOW)
    (folder / "Check.java").write_text(CHECK)
    for name, data in papers.items():
        (folder / f"{name}.pdf").write_bytes(data)
    command = [java, "-cp", ":".join(map(str, jars)), str(folder / "Check.java")]
    command += [str(folder / f"{name}.pdf") for name in papers]
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=300).stdout
    found: dict[str, list[str]] = {}
    for line in said.splitlines():
        word, _blank, rest = line.partition(" ")
        if word == "FILE":
            wrong = found.setdefault(Path(rest).stem, [])
        elif word == "ERROR":
            wrong.append(rest)
    return found


def test_pdfbox_finds_no_error(tmp_path: Path) -> None:
    good = {
        f"{name}-{version}-{kind}": drawer(name, version).draw(OF_KIND[kind], Look("", a_logo()))
        for name, version, kind in DRAWN
    }
    strange = replace(FULL, full_name="Łukasz Ê\u0306ban Ё", valid_until=None, unsigned_notice=None, qr=())
    good |= {"strange": landscape.STATE.draw(strange), "strange-card": card.DESIGN.draw(strange)}
    whole = landscape.STATE.draw(FULL)
    bad = {
        "no-metadata": whole.replace(b"/Metadata ", b"/Metadatx ", 1),
        "no-colours": whole.replace(b"/OutputIntents ", b"/OutputIntentz ", 1),
        "another-title": whole.replace(FULL.number.encode(), FULL.number[::-1].encode(), 1),
        "version-1": state.DESIGN.draw(PAPER),
    }
    attached = {"attached": as_pdfa3(whole, FILES), "attached-1": as_pdfa3(state.DESIGN.draw(PAPER), FILES)}
    found = preflight(tmp_path, {**good, **bad, **attached})
    assert {name: wrong for name, wrong in found.items() if name in good} == {name: [] for name in good}
    assert [name for name in bad if not found[name]] == []  # it does look
    for name in attached:  # nothing but what part 3 allows and part 1 does not
        codes = {wrong.split()[0] for wrong in found[name]}
        assert codes == {"1.4.7", "1.2.9", "7.11.2"}, found[name]


# --- with files inside ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False])
def test_files_are_inside_and_said_to_be(tmp_path: Path, first: bool) -> None:
    pdfdetach, pdftotext = require_tool("pdfdetach"), require_tool("pdftotext")
    drawn = state.DESIGN.draw(PAPER) if first else landscape.STATE.draw(FULL, Look("", STRIPES))
    made = as_pdfa3(drawn, FILES)
    file, before = tmp_path / "paper.pdf", tmp_path / "before.pdf"
    file.write_bytes(made)
    before.write_bytes(drawn)
    (tmp_path / "out").mkdir()
    run(pdfdetach, "-saveall", "-o", tmp_path / "out", file)
    for name, _mime, content, _about in FILES:
        assert (tmp_path / "out" / name).read_bytes() == content
    assert run(pdftotext, "-layout", file, "-") == run(pdftotext, "-layout", before, "-")
    assert made.startswith(b"%PDF-1.7\n%")
    assert made.count(b"%%EOF") == 1  # one revision: whoever signs it signs all of it
    assert made.count(b"/AFRelationship /Supplement") == 2
    assert re.search(rb"/AF \[\d+ 0 R \d+ 0 R\]", made)
    assert b"/GTS_PDFA1" in made
    words = said(made)
    assert words["part"] == "3"
    assert words["conformance"] == "B"
    assert words["title"] == f"{PAPER.title} {PAPER.number}"


def test_the_same_files_give_the_same_bytes() -> None:
    drawn = landscape.COURSE.draw(OF_KIND["course"])
    assert as_pdfa3(drawn, FILES) == as_pdfa3(drawn, FILES[::-1])
    assert as_pdfa3(drawn, FILES) != as_pdfa3(drawn, FILES[:1])


def test_what_is_not_ours_is_refused() -> None:
    drawn = landscape.STATE.draw(FULL)
    made = as_pdfa3(drawn, FILES)
    for other in (
        made, b"", b"%PDF-1.7\n", drawn[:-200], drawn + b"\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n",
        drawn.replace(b"xref\n0", b"xref\n1", 1),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="PDF"):
            as_pdfa3(other, FILES)
    for name in ("../x", "", "Chứng.json", "a b", "x" * 101, "(a)"):
        with pytest.raises(ValueError, match="plain letters"):
            as_pdfa3(drawn, [(name, "text/plain", b"", "")])
    with pytest.raises(ValueError, match="plain letters"):
        as_pdfa3(drawn, [FILES[0], FILES[0]])


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=30).filter(lambda s: max(s, default="a") < "\ud800"))
def test_any_content_is_kept(content: bytes, about: str) -> None:
    made = as_pdfa3(SHORT, [("a.bin", "application/octet-stream", content + b"endstream\nendobj\n", about)])
    assert made == as_pdfa3(SHORT, [("a.bin", "application/octet-stream", content + b"endstream\nendobj\n", about)])
    held = re.search(rb"/Type /EmbeddedFile.*?/Length (\d+) >>\nstream\n", made, re.DOTALL)
    assert held is not None
    packed = made[held.end() : held.end() + int(held[1])]
    assert zlib.decompress(packed) == content + b"endstream\nendobj\n"
    assert made[held.end() + int(held[1]) :].startswith(b"\nendstream\nendobj\n")


SHORT = card.DESIGN.draw(replace(FULL, qr=()))


# --- what an archive asks for -----------------------------------------------------------------------------------------


def said(pdf: bytes) -> dict[str, str]:
    """The words of the metadata."""
    found = re.search(rb"<x:xmpmeta.*?</x:xmpmeta>", pdf, re.DOTALL)
    assert found is not None
    tree = etree.fromstring(found[0])
    return {
        etree.QName(node).localname: "".join(node.itertext()).strip()
        for node in tree.iter()
        if isinstance(node.tag, str) and etree.QName(node).namespace and "rdf-syntax" not in str(node.tag)
    }


def test_metadata_say_what_the_document_says() -> None:
    tricky = replace(FULL, number="A<B&C>", issuer_lines=("UBND XÃ “Ê\u0306” & Bạn",), statement_lines=("a > b",))
    words = said(landscape.STATE.draw(tricky))
    assert words["title"] == "GIẤY XÁC NHẬN A<B&C>"
    assert words["creator"] == "UBND XÃ “Ê\u0306” & Bạn"
    assert words["description"] == "a > b"
    assert (words["part"], words["conformance"], words["Producer"]) == ("1", "B", "Học vụ số")


def test_the_colour_profile_is_srgb() -> None:
    """Colours drawn through our profile are those of the profile that everybody has."""
    ours = ImageCms.ImageCmsProfile(BytesIO(srgb()))
    theirs = ImageCms.createProfile("sRGB")
    ramp = Image.new("RGB", (4096, 1))
    ramp.putdata([((i * 37) % 256, (i * 101) % 256, i % 256) for i in range(4096)])
    seen = ImageCms.profileToProfile(ramp, ours, theirs)
    assert seen is not None
    far = max(abs(a - b) for a, b in zip(ramp.tobytes(), seen.tobytes(), strict=True))
    assert far <= 1
    assert srgb()[8:12] == b"\x02\x10\x00\x00"  # version 2, as PDF 1.4 knows it
    assert len(srgb()) == int.from_bytes(srgb()[:4])
