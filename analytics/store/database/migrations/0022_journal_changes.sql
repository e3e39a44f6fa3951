-- What the journal said before: every change of a day stays, from every window and file.

CREATE TABLE journal_change (
    subject VARCHAR NOT NULL,
    day DATE NOT NULL,
    save_no INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    value DOUBLE,
    text VARCHAR,
    noted_at TIMESTAMPTZ,
    noted_by VARCHAR NOT NULL
);
COMMENT ON TABLE journal_change IS 'Every change of the sleep journal; rows are only ever added, the last save of a day and kind is in journal_entry. Source: the person.';
COMMENT ON COLUMN journal_change.subject IS 'Who noted it.';
COMMENT ON COLUMN journal_change.day IS 'Local date it is about; the date of the evening for a night.';
COMMENT ON COLUMN journal_change.save_no IS 'Which save of this day it was part of, from 1.';
COMMENT ON COLUMN journal_change.kind IS 'What was noted, with its unit in the name.';
COMMENT ON COLUMN journal_change.value IS 'Its amount, in the unit that kind names; NULL where it has none.';
COMMENT ON COLUMN journal_change.text IS 'It in words; NULL where there are none. Where both are NULL it was taken back.';
COMMENT ON COLUMN journal_change.noted_at IS 'When, UTC; NULL for what was noted before changes were kept.';
COMMENT ON COLUMN journal_change.noted_by IS 'How: page, import, or before (changes were kept).';

INSERT INTO journal_change
SELECT subject, day, 1, kind, value, text, NULL, 'before' FROM journal_entry;
