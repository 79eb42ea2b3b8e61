"""Pictures, sound, video, captions and documents: taken in, made small enough for a weak line, and served."""
