"""The operator's file: what is wrong with it stops the start in one line that says where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from lms.api.plugins import PluginError
from lms.testing.building import make_app
from plugins.openid.providers import PROFILES, Provider, read

ROOT = Path(__file__).parents[2]
GOOD = {"key": "vneid", "label": "VNeID", "issuer": "https://sso.example.vn", "client_id": "hocvuso"}
SECRET = 'client_secret = { env = "S" }\n'
ENDPOINTS = "[provider.endpoints]\n"


def toml(secret: str = SECRET, more: str = "", **changed: object) -> str:
    lines = {k: v for k, v in {**GOOD, **changed}.items() if v is not None}
    return "[[provider]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in lines.items()) + secret + more


def written(folder: Path, text: str, environment: dict[str, str] | None = None) -> tuple[Provider, ...]:
    path = folder / "openid.toml"
    path.write_text(text, encoding="utf-8")
    return read(str(path), {"S": "a secret"} if environment is None else environment)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[provider]", "is not TOML"),
        (toml(issuer=None), "missing required field `issuer`"),
        (toml(isuer="x"), "unknown field `isuer`"),
        (toml(label=7), "Expected `str`, got `int`"),
        ("[provider]\nkey = 1", "Expected `array`"),
        (toml(key="VNeID"), "'VNeID': key must be 2 to 20 small letters"),
        (toml(key="x" * 21), "key must be"),
        (toml(label=""), "label must be"),
        (toml(client_id=""), "client_id must not be empty"),
        (toml(issuer="http://sso.example.vn"), "issuer must be an https address"),
        (toml(issuer="https://a:b@sso.example.vn"), "issuer must be an https address"),
        (toml(issuer="https://sso.example.vn#x"), "issuer must be an https address"),
        (toml(issuer="https://sso.example.vn?x=1"), "no question mark"),
        (toml(issuer="https://đn.example.vn"), "issuer must be an https address"),
        (toml(scopes=["profile"]), 'scopes must contain "openid"'),
        (toml(algorithms=["HS256"]), "'HS256' is none of RS256"),
        (toml(algorithms=["none"]), "'none' is none of"),
        (toml(algorithms=[]), "is none of"),
        (toml(profile="facebook"), "profile must be one of standard, vneid"),
        (toml(authentication="client_secret_jwt"), "authentication must be one of"),
        (toml(""), 'client_secret must say where it stands: { env = "NAME" }'),
        (toml('client_secret = "in the open"\n'), "Expected `object`, got `str`"),
        (toml('client_secret = { env = "S", file = "/x" }\n'), "must say where it stands"),
        (toml('client_secret = { env = "T" }\n'), "the environment variable T is empty or not set"),
        (toml('client_secret = { file = "/nowhere/x" }\n'), "/nowhere/x cannot be read"),
        (toml('private_key = { env = "S" }\n'), "private_key is no private key in PEM"),
        (toml("", 'secret = "x"\n'), "a secret does not stand in this file"),
        (toml(more="[provider.claims.level]\nclaim = 'x'\nvalues = { a = 4 }\n"), "a level is a number from 0 to 3"),
        (toml(more="[provider.claims.level]\nvalues = { a = 1 }\n"), "values but no claim"),
        (toml(more=ENDPOINTS + 'authorization = "https://a.vn"\ntoken = "https://a.vn"\n'), "required field `jwks`"),
        (
            toml(more=ENDPOINTS + 'authorization = "https://a.vn"\ntoken = "http://a.vn"\njwks = "https://a.vn"\n'),
            "endpoints.token must be an https address",
        ),
        (toml() + toml(issuer="https://two.example.vn"), "two providers are called 'vneid'"),
        (toml() + toml(key="two"), "two providers have the same issuer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PluginError) as caught:
        written(tmp_path, text)
    said = str(caught.value)
    assert words in said
    assert said.startswith(f"LMS_OPENID_FILE: {tmp_path}/openid.toml: ")
    assert "\n" not in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="cannot be read: No such file"):
        read(str(tmp_path / "openid.toml"), {})
    with pytest.raises(PluginError, match="cannot be read: No such file"):
        make_app(tmp_path, f"sqlite:///{tmp_path}/x.sqlite", openid_file=str(tmp_path / "openid.toml"))


def test_secrets_come_from_where_the_file_says_and_are_never_shown(tmp_path: Path) -> None:
    place = tmp_path / "secret"
    place.write_text("from a file\n", encoding="utf-8")
    by_env, by_file = (
        written(tmp_path, toml(s))[0] for s in (SECRET, f"client_secret = {{ file = {json.dumps(str(place))} }}\n")
    )
    assert (by_env.secret, by_file.secret) == ("a secret", "from a file")
    assert "secret" not in repr(by_env)
    assert by_env.authentication == "client_secret_basic"


@pytest.mark.parametrize(
    "key",
    [RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")],
    ids=["RSA", "EC", "Ed25519"],
)
def test_a_private_key_may_prove_who_we_are(tmp_path: Path, key: RSAKey) -> None:
    pem = key.as_pem(private=True).decode()
    found = written(tmp_path, toml('private_key = { env = "K" }\nprivate_key_id = "ours"\n'), {"K": pem})[0]
    assert found.authentication == "private_key_jwt"
    assert found.signing_key.kid == "ours"
    with pytest.raises(PluginError, match="no private key"):
        written(tmp_path, toml('private_key = { env = "K" }\n'), {"K": key.as_pem(private=False).decode()})


def test_the_example_is_good_and_says_that_vneid_is_to_be_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = (ROOT / "deploy" / "openid.toml").read_text(encoding="utf-8")
    assert "No official description of VNeID's interface is public" in example
    assert "TO BE CONFIRMED" in example
    place = tmp_path / "secret"
    place.write_text("x", encoding="utf-8")
    text = example.replace("/etc/hocvuso/truong-secret", str(place))
    vneid, school = written(tmp_path, text, {"VNEID_CLIENT_SECRET": "x"})
    assert vneid.claim_map == PROFILES["vneid"]
    assert (school.claim_map, school.claim_map.level.otherwise) == (PROFILES["standard"], 0)
    # What stands there as a comment is good too, and is what the profile says.
    marks = ("[", "name", "birth", "identity", "claim", "values", "otherwise")
    marks += ("authorization", "token", "userinfo", "jwks", "end_session")
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith(tuple(f"# {mark}" for mark in marks)) else line
        for line in text.splitlines()
    )
    assert "[provider.endpoints]\nauthorization" in uncommented
    again = written(tmp_path, uncommented, {"VNEID_CLIENT_SECRET": "x"})[0]
    assert again.claims == PROFILES["vneid"]
    assert again.endpoints is not None


def test_subjects_belong_to_an_issuer(tmp_path: Path) -> None:
    """Pointing a key at another issuer (from the trial to the real one) makes people unknown, never somebody else."""
    trial, real = (written(tmp_path, toml(issuer=f"https://{h}.example.vn"))[0] for h in ("thu", "that"))
    assert trial.name != real.name
    assert len(written(tmp_path, toml(key="x" * 20))[0].name) <= 40
