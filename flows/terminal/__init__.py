"""What a value looks like outside: text, tables, JSON, CSV, progress, exit codes, and options of the command line."""
