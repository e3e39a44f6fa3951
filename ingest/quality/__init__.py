"""How good a recording is: what is measured over its samples."""
