"""What the tests are made of: the application with providers, a certified provider, and a browser that goes between."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from lms.db.base import db
from lms.db.unit_of_work import close_kept
from lms.testing.building import make_app
from lms.testing.markup import Node, read
from lms.testing.pytest_plugin import missing

HERE = Path(__file__).parent
SECRET = "a client secret for tests only"

# Everything that a person's page at the national identity says, as public traces have it: nearly all of it is too much.
DROPPED = {
    "LoaiTaiKhoan": "CONGDAN-LOAI", "MaSoThue": "8765432109-MST", "SoCMND": "123456789", "MaBHXH": "BHXH0123456",
    "HoChieu": "C1234567X", "ThuDienTu": "lanh.thu-dien-tu@example.vn", "SoDienThoai": "0987000111",
    "GioiTinh": 97531975319753,
    "DanToc": "Tày-dân-tộc", "TonGiao": "Không-tôn-giáo", "TinhTrangHonNhan": "Góa-chồng", "NhomMau": "O-rh-âm",
    "NoiDangKyKhaiSinh": "Bắc-Hà-khai-sinh", "QueQuan": "Na-Hối-quê-quán", "ThuongTru": "Thôn-Na-Áng-thường-trú",
    "NoiOHienNay": "Thôn-Na-Áng-nơi-ở", "QuocTich": "Việt-Nam-quốc-tịch", "Cha": "Hoàng-Văn-Cha", "Me": "Lý-Thị-Mẹ",
    "VoChong": "Vàng-A-Chồng", "NguoiDaiDien": "Người-Đại-Diện", "ChuHo": "Chủ-Hộ-Lành", "TrangThai": "HOATDONG-7",
    "TechID": "tech-id-4711-0815", "MaSoDoanhNghiep": "DN-0101-X", "TenDoanhNghiep": "Hợp-tác-xã-Chè",
    "DiaChi": "Địa-chỉ-3",
}  # fmt: skip
NUMBER = "010160001234"
CITIZEN = {"SoDinhDanh": NUMBER, "HoVaTen": "Hoàng Thị Lành", "NgayThangNamSinh": "19600305", "loAs": "2", **DROPPED}
SUBJECT = "vneid-subject-000123"
PEOPLE: dict[str, dict[str, Any]] = {
    SUBJECT: CITIZEN,
    "vneid-subject-000456": {
        "SoDinhDanh": "010075004567", "HoVaTen": "Vàng A Pao", "NgayThangNamSinh": "12/11/1975", "loAs": "2",
    },
    "vneid-subject-000789": {"SoDinhDanh": "010199007890", "HoVaTen": "Lò Thị May", "loAs": "1"},
}  # fmt: skip


def free_port() -> int:
    """A port on which nobody listens yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- the application --------------------------------------------------------------------------------------------------


def described(key: str, issuer: str, **more: object) -> str:
    """A provider as the operator's file describes it."""
    lines = {"key": key, "label": key.upper(), "issuer": issuer, "client_id": "hocvuso", **more}
    secret = 'client_secret = { env = "LMS_OPENID_SECRET" }\n' if "authentication" not in more else ""
    return "[[provider]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()) + secret


def never_asked(folder: Path) -> str:
    """A file with a provider that is described in full, so that nothing is asked of it: for the looks of its pages."""
    ends = {"authorization": "auth", "token": "token", "jwks": "certs", "userinfo": "me", "end_session": "logout"}
    text = described("vneid", "https://sso.example.vn", label="VNeID", authentication="none", profile="vneid")
    text += "[provider.endpoints]\n" + "".join(f'{k} = "https://sso.example.vn/{v}"\n' for k, v in ends.items())
    path = folder / "openid.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def vneid(port: int) -> str:
    """The certified provider on a port, in the part of VNeID."""
    return described("vneid", f"http://localhost:{port}", profile="vneid")


def application(prepared: Path, folder: Path, described: str, port: int = 8000) -> Flask:
    """The application on a copy of the prepared database, with providers."""
    data = folder / "data"
    data.mkdir()
    shutil.copy(prepared / "lms.sqlite", data / "lms.sqlite")
    (data / "files").symlink_to(prepared / "files")
    (folder / "openid.toml").write_text(described, encoding="utf-8")
    return make_app(
        data,
        f"sqlite:///{data}/lms.sqlite",
        openid_file=str(folder / "openid.toml"),
        base_url=f"http://127.0.0.1:{port}",
    )


def let_go(app: Flask) -> None:
    """Closes the database of an application."""
    with app.app_context():
        close_kept()
        db.engine.dispose()


@contextmanager
def served(app: Flask, port: int) -> Iterator[str]:
    """The application on a port of this machine, as a browser and a provider reach it."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- the certified provider -------------------------------------------------------------------------------------------


def installed_provider() -> Path:
    """The folder with the provider, installed once for each lock file; skips where that cannot be done."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing("Node.js with npm", "apt-get install nodejs npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    if int(version.strip().removeprefix("v").split(".")[0]) < 20:
        missing("Node.js 20 or newer", f"this is {version.strip()}")
    lock = (HERE / "provider" / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "hocvuso" / f"provider-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "ready").exists():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "provider" / name, making)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=making, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            shutil.rmtree(making)
            missing("oidc-provider", "npm ci cannot fetch it; the npm registry must be reachable once")
        (making / "ready").touch()
        try:
            making.rename(folder)
        except OSError:  # somebody else has made it meanwhile
            shutil.rmtree(making)
    shutil.copy(HERE / "provider" / "server.mjs", folder / "server.mjs")
    return folder


@contextmanager
def certified(port: int, back: str, **client: object) -> Iterator[str]:
    """The provider running on a port, with `back` (where our application is) in its books; yields its issuer."""
    folder, issuer = installed_provider(), f"http://localhost:{port}"
    asked: dict[str, Any] = {
        "issuer": issuer,
        "port": port,
        "people": PEOPLE,
        "client": {
            "client_id": "hocvuso",
            "client_secret": SECRET,
            "redirect_uris": [f"{back}/dang-nhap/qua/vneid/ve"],
            "post_logout_redirect_uris": [f"{back}/"],
            "backchannel_logout_uri": f"{back}/dang-nhap/qua/vneid/ket-thuc",
            "backchannel_logout_session_required": True,
            **client,
        },
    }
    asked["client"] = {name: value for name, value in asked["client"].items() if value is not None}
    process = subprocess.Popen(  # noqa: S603
        [shutil.which("node") or "node", "server.mjs"],
        cwd=folder,
        env={**os.environ, "PROVIDER": json.dumps(asked)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read().decode()
        drain = threading.Thread(target=process.stderr.read, daemon=True)  # so that it never waits for us
        drain.start()
        yield issuer
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
        drain.join()
        process.stderr.close()
        if process.stdin is not None:
            process.stdin.close()


# --- a browser --------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """A page as it came, whoever sent it."""

    url: str
    status: int
    html: str
    root: Node = field(init=False)

    def __post_init__(self) -> None:
        self.root, _mistakes = read(self.html)

    @property
    def text(self) -> str:
        return self.root.text

    def link(self, words: str) -> str:
        """Where the link with these words, or to this path, leads."""
        links = [(n.text, n.attrs.get("href", "")) for n in self.root.all("a")]
        inside = [href for _text, href in links if words.startswith("/") and href.partition("?")[0] == words]
        found = [href for text, href in links if words in text] + inside[-1:]
        assert found, f"No link says {words!r}: {self.text}"
        return urljoin(self.url, found[0])


class Browser:
    """Follows redirects between hosts and keeps each host's cookies, as a browser does; knows no script."""

    def __init__(self) -> None:
        self.jars: dict[str, requests.Session] = {}
        self.trail: list[str] = []

    def get(self, url: str) -> Seen:
        """Opens an address and follows where it leads."""
        return self._go("GET", url, None)

    def post(self, url: str, fields: Mapping[str, str]) -> Seen:
        """Sends a form and follows where it leads."""
        return self._go("POST", url, fields)

    def submit(self, page: Seen, fields: Mapping[str, str], button: str = "") -> Seen:
        """Fills in the form of a page (the one with this button, or that goes to this address) and sends it."""
        forms = [
            f
            for f in page.root.all("form")
            if not button or f.attrs.get("action") == button or any(button in b.text for b in f.all("button"))
        ]
        assert forms, f"No form has the button {button!r}: {page.text}"
        form = forms[0]
        given = {
            n.attrs["name"]: n.attrs.get("value", "")
            for n in form.all("input")
            if "name" in n.attrs and n.attrs.get("type") not in ("checkbox", "radio", "submit")
        }
        for node in form.all("input"):
            if node.attrs.get("type") == "radio" and "checked" in node.attrs:
                given[node.attrs["name"]] = node.attrs["value"]
        action = urljoin(page.url, unescape(form.attrs.get("action", "")) or page.url)
        return self.post(action, {**given, **fields})

    def _go(self, method: str, url: str, fields: Mapping[str, str] | None) -> Seen:
        for _ in range(20):
            place = urlsplit(url).netloc
            jar = self.jars.setdefault(place, requests.Session())
            jar.trust_env = False
            self.trail.append(url)
            headers = {"Accept": "text/html", "Accept-Language": "vi"}
            answer = jar.request(method, url, data=fields, headers=headers, allow_redirects=False, timeout=30)
            if answer.status_code not in (301, 302, 303, 307):
                return Seen(url, answer.status_code, answer.content.decode())
            method, fields, url = "GET", None, urljoin(url, answer.headers["Location"])
        raise AssertionError(f"led round in a circle: {self.trail[-5:]}")

    def close(self) -> None:
        """Lets go of all connections."""
        for jar in self.jars.values():
            jar.close()

    def through(self, page: Seen, subject: str) -> Seen:
        """Says at the certified provider who one is, agrees, and comes back with what our application then shows."""
        page = self.submit(page, {"login": subject, "password": "any"})
        return self.submit(page, {})


def query_of(url: str) -> dict[str, str]:
    """The question part of an address."""
    return dict(parse_qsl(urlsplit(url).query))


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Somebody's browser."""
    made = Browser()
    yield made
    made.close()
