"""Archives and recordings of several files: what is in them, and which files belong together."""
