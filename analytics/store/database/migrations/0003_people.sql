-- What people say: days of the sleep journal and verdicts of reviewers. No analysis ever touches these rows.

CREATE TABLE journal_entry (
    subject VARCHAR NOT NULL,
    day DATE NOT NULL,
    kind VARCHAR NOT NULL,
    value DOUBLE,
    text VARCHAR
);
COMMENT ON TABLE journal_entry IS 'Sleep journal: one thing noted about one day. Source: the person.';
COMMENT ON COLUMN journal_entry.subject IS 'Who noted it.';
COMMENT ON COLUMN journal_entry.day IS 'Local date it is about; the date of the evening for a night.';
COMMENT ON COLUMN journal_entry.kind IS 'What was noted, with its unit in the name, such as caffeine_mg or leg_unrest.';
COMMENT ON COLUMN journal_entry.value IS 'Its amount, in the unit that kind names; NULL where it has none.';
COMMENT ON COLUMN journal_entry.text IS 'It in words; NULL where there are none.';

CREATE TABLE review_entry (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    movement_no INTEGER,
    onset_at TIMESTAMPTZ,
    verdict VARCHAR NOT NULL,
    note VARCHAR,
    reviewer VARCHAR NOT NULL,
    reviewed_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE review_entry IS 'Verdicts on nights and movements; rows are only ever added, the latest counts. Source: reviewers.';
COMMENT ON COLUMN review_entry.subject IS 'Who slept.';
COMMENT ON COLUMN review_entry.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN review_entry.movement_no IS 'The event that was judged, as numbered then; NULL for the whole night.';
COMMENT ON COLUMN review_entry.onset_at IS 'Onset of that event, UTC: finds it again when an analysis numbers anew; NULL for the whole night.';
COMMENT ON COLUMN review_entry.verdict IS 'What the reviewer decided, such as confirmed, dismissed, unsure.';
COMMENT ON COLUMN review_entry.note IS 'In the words of the reviewer; NULL for none.';
COMMENT ON COLUMN review_entry.reviewer IS 'Who judged.';
COMMENT ON COLUMN review_entry.reviewed_at IS 'When, UTC.';
