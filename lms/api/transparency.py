"""The transparency log: entering what was done, proving it, and the keys whose every change stands in it."""

from lms.keyring.keeping import ED25519, ES256, Key, history
from lms.transparency.entering import body_of, enter, enter_many
from lms.transparency.keys import replace_key, signing_key
from lms.transparency.points import LOGGED, Claim, Logged
from lms.transparency.proofs import ENDING, Proof
from lms.transparency.queries import EntryRow, logged, logged_all, proof_of

__all__ = [
    "ED25519", "ENDING", "ES256", "LOGGED", "Claim", "EntryRow", "Key", "Logged", "Proof", "body_of", "enter",
    "enter_many", "history", "logged", "logged_all", "proof_of", "replace_key", "signing_key",
]  # fmt: skip
