"""What a paper's QR code carries, so that an official without a network can check it: CBOR, COSE, fields, reading."""
