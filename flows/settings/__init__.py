"""What the user has settled: files, variables, and where things are kept without them."""
