"""Programs of others, from npm, check our badges: they accept them, refuse one changed letter, see a withdrawal.

`@digitalbazaar/vc` and `@digitalcredentials/verifier-core` each bring the whole contexts of W3C and 1EdTech, so they
would find a term that ours lack; the second also checks 1EdTech's JSON Schema. `jose` checks the JWT.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from certificates.api import CredentialRow
from lms.api.work import connection, unit_of_work
from lms.testing.pytest_plugin import missing
from plugins.badges import proofs
from plugins.badges.queries import BadgeRow
from plugins.badges.services import making
from tests.badges.conftest import BASE

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder with the programs, installed once for each lock file; skips where that cannot be done."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing("Node.js with npm", "apt-get install nodejs npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    if int(version.strip().removeprefix("v").split(".")[0]) < 20:
        missing("Node.js 20 or newer", f"this is {version.strip()}")
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "hocvuso" / f"badges-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "ready").exists():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, making)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=making, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            shutil.rmtree(making)
            missing("@digitalbazaar/vc and others", "npm ci cannot fetch them; the npm registry must be reachable once")
        (making / "ready").touch()
        try:
            making.rename(folder)
        except OSError:  # somebody else has made it meanwhile
            shutil.rmtree(making)
    shutil.copy(HERE / "check.mjs", folder / "check.mjs")
    return folder


def documents(app: Flask, said: dict[str, Any], jwt: str) -> dict[str, Any]:
    """What a checker fetches of us, as our addresses answer now."""
    client = app.test_client()
    urls = [f"{BASE}/.well-known/did.json", proofs.parts_of(jwt)[0]["kid"]]
    urls += [status["statusListCredential"] for status in said["credentialStatus"]]
    return {url: client.get(url.removeprefix(BASE)).get_json(force=True) for url in urls}


def checked(folder: Path, **asked: Any) -> dict[str, Any]:
    """What the programs say."""
    done = subprocess.run(  # noqa: S603
        [shutil.which("node") or "node", "check.mjs"], cwd=folder, input=json.dumps(asked).encode(),
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_they_accept_ours_and_refuse_one_changed_letter(
    programs: Path, inside: Flask, held: BadgeRow, said: dict[str, Any], paper: CredentialRow
) -> None:
    changes = {
        "name": ("credentialSubject", "achievement", "name"),
        "number": ("credentialSubject", "licenseNumber"),
        "framework": ("credentialSubject", "achievement", "alignment", 3, "targetUrl"),
        "holder": ("credentialSubject", "identifier", 0, "identityHash"),
        "issuer": ("issuer", "url"),
        "place": ("credentialStatus", 1, "statusListIndex"),
        "from": ("validFrom",),
    }
    badges: dict[str, Any] = {"ours": said, "named": json.loads(making.named(paper, held, "Lê Thị Tươi"))}
    for name, path in changes.items():
        at = badges[name] = copy.deepcopy(said)
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = at[path[-1]][:-1] + ("1" if at[path[-1]][-1] != "1" else "2")
    badges["from"]["validFrom"] = "2026-01-01T00:00:00Z"
    jwt = held.jwt.decode()
    head, payload, signature = jwt.split(".")
    there = {
        "ours": jwt,
        "changed": f"{head}.{payload[:200]}{'A' if payload[200] != 'A' else 'B'}{payload[201:]}.{signature}",
    }
    found = checked(programs, documents=documents(inside, said, jwt), badges=badges, jwts=there)
    for name in ("ours", "named"):
        one, two = found["badges"][name]["digitalbazaar"], found["badges"][name]["digitalcredentials"]
        assert one == {
            "verified": True, "marks": {"revocation": False, "suspension": False}, "checked": True, "error": "",
        }, name  # fmt: skip
        assert two["errors"] == []
        assert {key: two["log"][key] for key in ("valid_signature", "revocation_status", "expiration")} == {
            "valid_signature": True, "revocation_status": True, "expiration": True,
        }  # fmt: skip
        assert [schema["result"]["valid"] for schema in two["schema"]] == [True]
    for name in changes:
        assert found["badges"][name]["digitalbazaar"]["verified"] is False, name
        assert any("invalid_signature" in e for e in found["badges"][name]["digitalcredentials"]["errors"]), name
    assert found["jwts"]["ours"]["verified"] is True
    assert found["jwts"]["ours"]["payload"]["credentialSubject"] == said["credentialSubject"]
    assert set(found["jwts"]["ours"]["header"]) == {"alg", "kid", "typ"}
    assert found["jwts"]["changed"]["verified"] is False
    assert [url for url in found["refused"] if url.startswith(BASE)] == []


@pytest.mark.parametrize(("state", "purpose"), [("revoked", "revocation"), ("suspended", "suspension")])
def test_they_see_that_it_was_withdrawn(
    programs: Path, inside: Flask, held: BadgeRow, said: dict[str, Any], state: str, purpose: str
) -> None:
    with unit_of_work():
        connection().execute(text("UPDATE certificates_credential SET state = :s WHERE id = 1"), {"s": state})
    try:
        there = documents(inside, said, held.jwt.decode())
    finally:
        with unit_of_work():
            connection().execute(text("UPDATE certificates_credential SET state = 'valid' WHERE id = 1"))
    found = checked(programs, documents=there, badges={"ours": said})["badges"]["ours"]
    assert found["digitalbazaar"]["marks"] == {p: p == purpose for p in ("revocation", "suspension")}
    assert found["digitalcredentials"]["log"][f"{purpose}_status"] is False
    forged = copy.deepcopy(there)
    url = next(s["statusListCredential"] for s in said["credentialStatus"] if s["statusPurpose"] == purpose)
    forged[url]["validUntil"] = "2099-01-01T00:00:00Z"  # a list that somebody kept and dated anew
    found = checked(programs, documents=forged, badges={"ours": said})["badges"]["ours"]
    assert found["digitalbazaar"]["checked"] is not True
