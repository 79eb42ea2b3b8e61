"""Digital signatures on papers, against software of others: poppler, OpenSSL, SoftHSM2."""
