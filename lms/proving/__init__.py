"""Officers: papers of identity seen, a PIN for whoever lost theirs, and how well people must be known for what."""
