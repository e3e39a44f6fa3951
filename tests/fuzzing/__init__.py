"""Mutation fuzzing of every reader: damaged files must give a result or an error of our own, quickly and in little
memory.

    python -m tests.fuzzing                                  # 5,000 mutants of every format, some minutes
    python -m tests.fuzzing --format fit --mutants 20000     # one format
    python -m tests.fuzzing --replay axivity/ax3:1:4711      # one mutant again, with its traceback

A mutant is named by its seed file, the run's seed and its number, so that everybody makes the same bytes of it.
`seeds` is the table of files to damage, `mutations` and `text_mutations` are the ways to do it, `verdict` says what a
reader owes for any file and `archive_verdict` what is owed for an archive of them, `worker` runs that where a hang, a
crash or a flood of memory harms nobody.
"""
