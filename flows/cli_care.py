"""The commands that look after the database: ``nightkick doctor``, ``backup``, ``restore`` and ``forget``.

As in `flows.cli`, a body imports what it needs when it runs.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Database


def doctor(*, repair: bool = False, db: Database = None) -> int:
    """Check the environment and the database, and say what to do about what is wrong.

    Parameters
    ----------
    repair
        First mend what can be mended: permissions, leftovers, lost samples whose files are still there, damaged nights.
    db
        Database file.
    """
    from flows.commands.doctor import doctor_command

    return ExitCode.DONE if doctor_command(database=db, mend=repair) else ExitCode.SOME_FAILED


def backup(file: Path, /, *, with_recordings: bool = False, db: Database = None) -> None:
    """Write the database, with journal and reviews, to one file; imports may go on meanwhile.

    Parameters
    ----------
    file
        The backup; an older one of the same database there is replaced.
    with_recordings
        Put the raw samples into it too (4 MB a night at 100 Hz).
    db
        Database file.
    """
    from flows.commands.backup import backup_command

    backup_command(file, with_recordings=with_recordings, database=db)


def restore(file: Path, /, *, force: bool = False, db: Database = None) -> None:
    """Bring a backup back, once all of it has been checked.

    Parameters
    ----------
    file
        A backup, or a copy of a database: the published one, or one that was kept.
    force
        Replace a database that is there; it is kept under a dated name.
    db
        Database file.
    """
    from flows.commands.backup import restore_command

    restore_command(file, force=force, database=db)


def forget(
    *,
    subject: str | None = None,
    night: date | None = None,
    recording: str | None = None,
    prune_samples: str | None = None,
    yes: bool = False,
    dry_run: bool = False,
    db: Database = None,
) -> int:
    """Forget a person, a night or a recording for good, and say what stays in files, backups and copies.

    Rows, samples, the published copy and Prefect's records of runs go. End nightkick schedule first.

    Parameters
    ----------
    subject
        All that is stored of this person, reviews and journal too; with --night only that night.
    night
        All that is stored of this evening (YYYY-MM-DD), of everybody unless --subject is given.
    recording
        One recording and what was found in it: its SHA-256, the first characters of that, or its file.
    prune_samples
        Only free disk: remove the samples of recordings that ended before a date, or so long ago (365d). Results stay.
    yes
        Do not ask.
    dry_run
        Show what would go, and change nothing.
    db
        Database file.
    """
    from flows.commands.forget import Asked, forget_command

    return forget_command(Asked(subject, night, recording, prune_samples), yes=yes, dry_run=dry_run, database=db)
