"""Commands about a person's nights together, a module each."""
