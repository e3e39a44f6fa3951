-- The sleep of a night with its doubt: what intervals, and a night with reviews applied, are computed from again.

CREATE TABLE half_minutes (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    step_s DOUBLE NOT NULL,
    p_sleep FLOAT[] NOT NULL,
    possible BLOB NOT NULL
);
COMMENT ON TABLE half_minutes IS 'How likely sleep was, half minute by half minute, in rows of at most 600; nights analysed before version 19 of the schema, and those without a sensor on a leg, have none. Source: sleep model.';
COMMENT ON COLUMN half_minutes.subject IS 'Who slept.';
COMMENT ON COLUMN half_minutes.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN half_minutes.start_at IS 'Start of the first of this row, UTC.';
COMMENT ON COLUMN half_minutes.step_s IS 'Length of each, seconds.';
COMMENT ON COLUMN half_minutes.p_sleep IS 'Chance that the person slept, 0-1; NULL where no worn sensor recorded.';
COMMENT ON COLUMN half_minutes.possible IS 'Nights that could have been, drawn from the sleep model: a bit for each half minute asleep, each night from a new byte on, compressed with zlib.';

ALTER TABLE movement ADD COLUMN slow_over_fast DOUBLE;
COMMENT ON COLUMN movement.slow_over_fast IS 'How far it turned the sensor (below 0.7 Hz), as a part of how it shook it (peak_g); small where a mattress passed it on. NULL where that is not known, and for nights analysed before version 19 of the schema.';
