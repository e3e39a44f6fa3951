"""A person's SQL: what it may do, how long, and how its answer is read."""
