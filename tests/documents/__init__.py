"""README and docs are true: their commands, queries, Python and links are run or followed."""
