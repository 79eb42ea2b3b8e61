"""What changes something: drafts, publishing, runs, packages."""
