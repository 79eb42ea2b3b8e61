"""A log to which entries are only ever added: anybody can check that nothing in it was changed or left out.

Merkle tree after RFC 6962; tiles, checkpoints and proofs after C2SP (tlog-tiles v0.1, tlog-checkpoint v1, signed-note
v1, tlog-proof v1, tlog-cosignature v1), so that tools which others wrote read it. Entries hold numbers and hashes,
never names.
"""
