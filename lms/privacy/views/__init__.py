"""Pages about personal data: one's own, those one answers for, the officer's, the auditor's."""
