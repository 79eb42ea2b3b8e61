"""Files that teachers have (Word, PowerPoint, Markdown) become drafts: what could be kept, and what was lost. Pure."""
