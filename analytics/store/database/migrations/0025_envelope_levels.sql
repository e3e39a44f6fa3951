-- An envelope as a character a step instead of a number: a third of the bytes, and pictures do not show the difference.

CREATE TABLE envelope_levels (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    recording VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    leg VARCHAR NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    step_s DOUBLE NOT NULL,
    levels VARCHAR NOT NULL
);

INSERT INTO envelope_levels
SELECT subject, night_date, recording, site, leg, start_at, step_s,
    array_to_string(list_transform(max_mg, lambda mg: chr(CASE
        WHEN mg IS NULL THEN 32
        WHEN mg < 0.5 THEN 33
        ELSE 34 + least(189, round(12 * log2(mg / 0.5))::INTEGER)
    END)), '')
FROM envelope
ORDER BY night_date, subject, recording, site, leg, start_at;

DROP TABLE envelope;
ALTER TABLE envelope_levels RENAME TO envelope;

COMMENT ON TABLE envelope IS 'How much a sensor moved, step by step, in rows of at most 600 steps; nights analysed before version 5 of the schema have none. Source: detection in the samples.';
COMMENT ON COLUMN envelope.subject IS 'Who slept.';
COMMENT ON COLUMN envelope.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN envelope.recording IS 'SHA-256 of the recording.';
COMMENT ON COLUMN envelope.site IS 'Where that sensor was worn.';
COMMENT ON COLUMN envelope.leg IS 'On which leg: left, right, unknown.';
COMMENT ON COLUMN envelope.start_at IS 'Start of the first step, UTC.';
COMMENT ON COLUMN envelope.step_s IS 'Length of a step, seconds.';
COMMENT ON COLUMN envelope.levels IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of each step, a character each: a space where nothing could be searched, ! below 0.5 mg, and from the double quote (unicode 34: 0.5 mg) on twelve characters for each doubling.';
