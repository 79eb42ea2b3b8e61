"""The benchmark: one learner's whole journey, step by step, beside the floors of the same run. `python -m bench`."""
