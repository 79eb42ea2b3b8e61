"""PDF for archives: what ISO 19005 asks for beside the pages, and files that go inside a finished PDF.

Part 1, level B, is what a sheet is when it was made with `archive=True`. Attached files are allowed from part 3 on;
`as_pdfa3` writes the paper anew with them inside, in one piece, so that whoever signs it signs the first and only
revision. Nothing here asks the clock or draws by lot: the same PDF and files give the same bytes.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape

#: One attached file: its name, its media type, its content, what it is (for people).
Attachment = tuple[str, str, bytes, str]

_STRING: Final = re.compile(rb"/(Title|Author|Subject|Creator|Producer) \(((?:[^\\()]|\\.)*)\)", re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LENGTH: Final = re.compile(rb"<<(?:[^>]|>(?!>\s*stream\b))*?/Length (\d+)(?:[^>]|>(?!>\s*stream\b))*>>\s*stream\n")
_SIGNS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{Title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{Author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{Subject}</rdf:li></rdf:Alt></dc:description>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{Creator}</xmp:CreatorTool>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{Producer}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def metadata(part: int, said: Mapping[str, str]) -> bytes:
    """The XMP packet of a PDF/A of a part (1 or 3), level B. `said`: what its information dictionary says, the same."""
    words = {key: escape(said.get(key, "")) for key in ("Title", "Author", "Subject", "Creator", "Producer")}
    return _PACKET.format(part=part, **words).encode()


@cache
def srgb() -> bytes:
    """An ICC profile (version 2.1, display) of sRGB, made from the figures of IEC 61966-2-1: nobody's file, no licence.

    Primaries are adapted to D50 (Bradford), as such a profile wants them; the curve has 1,024 points.
    """
    curve = b"curv" + struct.pack(">II", 0, 1024)
    curve += b"".join(struct.pack(">H", round(_linear(place / 1023) * 65535)) for place in range(1024))
    name = b"sRGB"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + b"\0" * 78,
        b"cprt": b"text\0\0\0\0Free of any right\0",
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": _xyz(0.43607, 0.22249, 0.01392),
        b"gXYZ": _xyz(0.38515, 0.71687, 0.09708),
        b"bXYZ": _xyz(0.14307, 0.06061, 0.7141),
        b"rTRC": curve,
    }
    table, data, start = b"", b"", 128 + 4 + 12 * (len(tags) + 2)
    for tag, value in tags.items():
        at = start + len(data)
        for also in (tag, b"gTRC", b"bTRC") if tag == b"rTRC" else (tag,):
            table += struct.pack(">4sII", also, at, len(value))
        data += value + b"\0" * (-len(value) % 4)
    body = struct.pack(">I", len(tags) + 2) + table + data
    head = struct.pack(">I4sI4s4s4s", 128 + len(body), b"\0" * 4, 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28  # the day is part of the form, not of ours
    head += struct.pack(">3i", round(0.9642 * 65536), 65536, round(0.8249 * 65536))
    return head.ljust(128, b"\0") + body


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def as_pdfa3(pdf: bytes, files: Sequence[Attachment]) -> bytes:
    """A paper with files inside, as PDF/A-3b: each is associated with the document as a supplement to it.

    `pdf` is what `Sheet.finish` gave, from any design of any version: its pages, fonts and pictures are taken over as
    they are. Names are ASCII letters, digits, `.`, `_`, `-`, each once. Raises ValueError for another PDF (one that was
    signed, say) or another name.
    """
    names = [name for name, *_rest in files]
    if len(set(names)) != len(names) or not all(map(_SAFE_NAME.match, names)):
        raise ValueError(f"attached files need names of their own, in plain letters: {names}")
    objects, trailer = _objects(pdf)
    root, information = _reference(trailer, b"Root"), _reference(trailer, b"Info")
    identity = re.search(rb"/ID\s*\[\s*<([0-9a-f]+)>", trailer)
    if identity is None or b"/Names" in objects[root]:
        raise ValueError("a PDF without an identity, or with files inside already")
    for number, content in objects.items():
        if b"/Subtype /Link" in content and b"/F 4" not in content:  # old designs do not say that links are printed
            objects[number] = b"<< %s /F 4 >>" % _inside(content)
        elif length := _LENGTH.match(content):
            end = length.end() + int(length[1])
            objects[number] = content[:end] + b"\nendstream"

    said = {key.decode(): _text(value) for key, value in _STRING.findall(objects[information])}
    catalog = re.sub(rb"/OutputIntents \[[^\]]*\]|/Version /[\d.]+", b"", _inside(objects[root]))
    packet = re.search(rb"/Metadata (\d+) 0 R", catalog)
    words = _stream(b"/Type /Metadata /Subtype /XML", metadata(3, said), pack=False)
    if packet is None:
        catalog += b" /Metadata %d 0 R" % _add(objects, words)
    else:
        objects[int(packet[1])] = words
    profile = re.search(rb"/DestOutputProfile (\d+) 0 R", objects[root])
    held = int(profile[1]) if profile else _add(objects, _stream(b"/N 3", srgb()))
    listed = []
    for name, mime, content, about in sorted(files):
        kind = mime.partition(";")[0].strip().replace("/", "#2F").encode("ascii")
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest().encode()  # what /CheckSum is defined as
        inside = _add(objects, _stream(
            b"/Type /EmbeddedFile /Subtype /%s /Params << /Size %d /CheckSum <%s> >>" % (kind, len(content), digest),
            content,
        ))  # fmt: skip
        plain, meant = name.encode("ascii"), about.encode("utf-16-be").hex().encode()
        listed.append((plain, _add(
            objects,
            b"<< /Type /Filespec /F (%s) /UF (%s) /Desc <feff%s> /AFRelationship /Supplement"
            b" /EF << /F %d 0 R /UF %d 0 R >> >>" % (plain, plain, meant, inside, inside),
        )))  # fmt: skip
    objects[root] = b"<< %s /OutputIntents [%s] /AF [%s] /Names << /EmbeddedFiles << /Names [%s] >> >> >>" % (
        catalog.strip(),
        output_intent(held),
        b" ".join(b"%d 0 R" % number for _name, number in listed),
        b" ".join(b"(%s) %d 0 R" % pair for pair in listed),
    )
    return _written(objects, root, information, identity[1])


def output_intent(profile: int) -> bytes:
    """What colours mean: sRGB, by the object that holds the profile."""
    return (
        b"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2-1)"
        b" /RegistryName (http://www.color.org) /DestOutputProfile %d 0 R >>" % profile
    )


def _written(objects: Mapping[int, bytes], root: int, information: int, identity: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number in sorted(objects):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    second, start = hashlib.sha256(out).hexdigest()[: len(identity)].encode(), len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(places) + 1, root, information, identity, second, start,
    )  # fmt: skip
    return bytes(out)


def _stream(entries: bytes, content: bytes, *, pack: bool = True) -> bytes:
    data, packed = (zlib.compress(content, 9), b" /Filter /FlateDecode") if pack else (content, b"")
    return b"<< %s%s /Length %d >>\nstream\n%s\nendstream" % (entries, packed, len(data), data)


def _add(objects: dict[int, bytes], content: bytes) -> int:
    number = len(objects) + 1
    objects[number] = content
    return number


def _objects(pdf: bytes) -> tuple[dict[int, bytes], bytes]:
    """What each object says, and the trailer, of a PDF with one table and nothing changed since. ValueError if not."""
    refused = ValueError("not a PDF that this product has drawn, or one that was signed or changed since")
    end = re.search(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", pdf, re.DOTALL)
    table = end and re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer\b").match(pdf, int(end[2]))
    if not end or not table or pdf.count(b"%%EOF") != 1:
        raise refused
    places = [int(line[:10]) for line in table[2].splitlines()][1:]
    if len(places) + 1 != int(table[1]):
        raise refused
    following = dict(pairwise([*sorted(places), int(end[2])]))
    objects = {}
    for number, place in enumerate(places, 1):
        head, whole = b"%d 0 obj\n" % number, pdf[place : following[place]].rstrip()
        if not whole.startswith(head) or not whole.endswith(b"endobj"):
            raise refused
        objects[number] = whole[len(head) : -len(b"endobj")].rstrip(b"\r\n")
    return objects, end[1]


def _inside(dictionary: bytes) -> bytes:
    """What stands between the brackets of a dictionary."""
    return dictionary.strip().removeprefix(b"<<").removesuffix(b">>").strip()


def _reference(dictionary: bytes, key: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % key, dictionary)
    if found is None:
        raise ValueError("a PDF without " + key.decode())
    return int(found[1])


# PDFDocEncoding where it differs from Latin-1 (ISO 32000-1, annex D.2).
_PDFDOC: Final = {
    **dict(zip(range(0x18, 0x20), "˘ˇˆ˙˝˛˚˜", strict=True)),
    **dict(zip(range(0x80, 0x9F), "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž", strict=True)),
    0xA0: "€",
}  # fmt: skip


def _text(written: bytes) -> str:
    """A PDF string as text: UTF-16 with its mark, else ReportLab's codec for the small alphabet."""

    def plain(found: re.Match[bytes]) -> bytes:
        sign = found[1]
        return bytes([int(sign, 8)]) if sign[:1].isdigit() else _SIGNS.get(sign, sign)

    raw = _ESCAPE.sub(plain, written)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be")
    if raw.isascii():
        return raw.decode("ascii")
    return "".join(_PDFDOC.get(sign, chr(sign)) for sign in raw)
