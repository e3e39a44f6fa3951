"""The sleep journal: its fields, how what people write is read, and the files that it comes from and goes to."""
