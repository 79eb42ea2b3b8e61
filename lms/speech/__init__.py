"""Text that can be heard: sentences, voices, and sound with the time of each sentence."""
