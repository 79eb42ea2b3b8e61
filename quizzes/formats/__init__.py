"""Questions in files that teachers and other systems have: read into our shapes, and written from them. Pure."""
