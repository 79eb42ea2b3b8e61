"""Activities (the anchor), syllabuses, enrollments, evidence. Evidence is append-only; the rest are projections."""
