"""What is counted, for whom: roll-ups that move by deltas with the facts."""
