-- What pictures of a night need beside its movements, and what a review is about.

CREATE TABLE blank (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    end_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL
);
COMMENT ON TABLE blank IS 'Stretches of a night of which nothing sure can be said; those of different kinds may overlap. Source: analysis of the samples.';
COMMENT ON COLUMN blank.subject IS 'Who slept.';
COMMENT ON COLUMN blank.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN blank.start_at IS 'Start, UTC.';
COMMENT ON COLUMN blank.end_at IS 'End, UTC.';
COMMENT ON COLUMN blank.kind IS 'gap (no sensor recorded), unscorable (recorded, but too noisy, short or slow to be searched), unworn (probably on a table).';

CREATE TABLE envelope (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    recording VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    leg VARCHAR NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    step_s DOUBLE NOT NULL,
    max_mg FLOAT[] NOT NULL
);
COMMENT ON TABLE envelope IS 'How much a sensor moved, step by step over a night; nights analysed before version 5 of the schema have none. Source: detection in the samples.';
COMMENT ON COLUMN envelope.subject IS 'Who slept.';
COMMENT ON COLUMN envelope.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN envelope.recording IS 'SHA-256 of the recording.';
COMMENT ON COLUMN envelope.site IS 'Where that sensor was worn.';
COMMENT ON COLUMN envelope.leg IS 'On which leg: left, right, unknown.';
COMMENT ON COLUMN envelope.start_at IS 'Start of the first step, UTC.';
COMMENT ON COLUMN envelope.step_s IS 'Length of a step, seconds.';
COMMENT ON COLUMN envelope.max_mg IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of each step, mg; NULL where nothing could be searched.';

ALTER TABLE review_entry ADD COLUMN recording VARCHAR;
COMMENT ON COLUMN review_entry.recording IS 'SHA-256 of the recording that shows that event best; NULL for the whole night or a span.';

ALTER TABLE review_entry ADD COLUMN start_at TIMESTAMPTZ;
COMMENT ON COLUMN review_entry.start_at IS 'Start of the span that is meant, UTC; NULL for the whole night or an event.';

ALTER TABLE review_entry ADD COLUMN end_at TIMESTAMPTZ;
COMMENT ON COLUMN review_entry.end_at IS 'End of the span that is meant, UTC; NULL for the whole night or an event.';

COMMENT ON COLUMN review_entry.verdict IS 'confirm, dismiss, unsure (night or event), exclude (span), undo (takes back what was said before of the same), note (words only).';
