"""Which reader reads a file, and which files are refused with advice."""
