"""What a bug report needs of a database: its schema, how much is in it, and the last errors, masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from analytics import store as the_store
from analytics.sharing.masking import Mask
from analytics.store.database.steps import known_migrations
from analytics.store.forgetting import OF_NO_PERSON, RULES

#: So many of the last errors.
N_ERRORS = 30

#: Text of the database that is a person's or a machine's.
_NAMES = """
SELECT subject FROM night UNION SELECT subject FROM recording UNION SELECT subject FROM person
UNION SELECT subject FROM journal_entry UNION SELECT subject FROM journal_change UNION SELECT subject FROM review_entry
UNION SELECT subject FROM answer_given UNION SELECT subject FROM notice
UNION SELECT unnest([subject, serial, pattern, tz]) FROM assignment
UNION SELECT unnest([path, device_serial, sensor, sensor_meant, zone]) FROM recording
UNION SELECT path FROM import_attempt UNION SELECT path FROM inbox_file
UNION SELECT reviewer FROM review_entry UNION SELECT noted_by FROM journal_change UNION SELECT said_by FROM person
UNION SELECT unnest(medication) FROM person UNION SELECT ruleset FROM score
"""
_NOTES = """
SELECT note FROM review_entry UNION SELECT text FROM journal_entry UNION SELECT text FROM journal_change
UNION SELECT unnest(user_said) FROM recording
"""
_ERRORS = f"""
SELECT status, version, error FROM import_attempt WHERE error IS NOT NULL
ORDER BY finished_at DESC LIMIT {N_ERRORS}
"""
_STEPS = "SELECT version, name FROM schema_migration ORDER BY version"


def mask_for(store: the_store.Store, names: Iterable[str]) -> Mask:
    """A mask for what this database holds of people, and for these names of the machine and the settings.

    Raises
    ------
    StoreError
        It cannot be read.
    """
    found, notes = (
        the_store.query(store, f"SELECT text FROM ({sql}) private(text) WHERE text IS NOT NULL")["text"].to_list()
        for sql in (_NAMES, _NOTES)
    )
    return Mask([*names, *found], notes)


def of_database(store: the_store.Store, mask: Mask) -> Mapping[str, str]:
    """Files for a bug report, by name: ``schema.json``, ``counts.json``, ``errors.txt``.

    Raises
    ------
    StoreError
        The database cannot be read.
    """
    with the_store.snapshot(store):
        steps = the_store.query(store, _STEPS).rows()
        foreign = the_store.foreign_tables(store)
        own = sorted({*RULES, *OF_NO_PERSON})
        counted = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for name in own)
        counts = dict(the_store.query(store, counted).rows())
        errors = the_store.query(store, _ERRORS).rows()
    ours = {(step.version, step.name) for step in known_migrations()}
    schema = {
        "steps": [number for number, _ in steps],
        "steps_of_another_program": sum(step not in ours for step in steps),
        "tables_of_others": len(foreign),
    }
    lines = [f"{status} (by {program}): {mask(error)}" for status, program, error in errors]
    return {
        "schema.json": _json(schema),
        "counts.json": _json(dict(sorted(counts.items()))),
        "errors.txt": "".join(f"{line}\n" for line in lines) or "no import failed\n",
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
