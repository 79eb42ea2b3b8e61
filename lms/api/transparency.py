"""The transparency log: entering what was done, proving it, and the keys whose every change stands in it."""

from lms.keyring.keeping import ED25519, ES256, Key, all_in_use, beside_key, history
from lms.transparency.entering import body_of, enter, enter_many
from lms.transparency.keys import replace_key, signing_key
from lms.transparency.points import LOGGED, Claim, Logged
from lms.transparency.proofs import ENDING, Proof
from lms.transparency.queries import EntryRow, entry_of, logged, logged_all, proof_of, with_log

__all__ = [
    "ED25519", "ENDING", "ES256", "LOGGED", "Claim", "EntryRow", "Key", "Logged", "Proof", "all_in_use", "beside_key",
    "body_of", "enter", "enter_many", "entry_of", "history", "logged", "logged_all", "proof_of", "replace_key",
    "signing_key", "with_log",
]  # fmt: skip
