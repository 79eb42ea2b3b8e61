"""Optional plugins of our own: each joins through the contract and can be left out."""
