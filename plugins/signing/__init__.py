"""Digital signatures on papers (PAdES): who signs, what waits for a signature, what a signed file says when checked."""
