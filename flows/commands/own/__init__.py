"""Commands about the program itself, a module each."""
