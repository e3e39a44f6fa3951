"""Files that a person may hand on: nights under pseudonyms, and what a bug report needs."""
