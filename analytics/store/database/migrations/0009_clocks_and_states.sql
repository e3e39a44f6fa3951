-- What is decided once and was worked out again by readers: the clock of each sensor, the state of each flag, and how
-- many series lie in sleep.

CREATE TABLE sensor_clock (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    recording VARCHAR NOT NULL,
    leg VARCHAR NOT NULL,
    stays BOOLEAN NOT NULL,
    shared_h DOUBLE,
    confidence DOUBLE,
    compared_at TIMESTAMPTZ,
    behind_s DOUBLE,
    drift_ppm DOUBLE
);
COMMENT ON TABLE sensor_clock IS 'How the clock of each sensor of a night was brought onto one; nights analysed before version 9 of the schema have none. Source: movements that two sensors share.';
COMMENT ON COLUMN sensor_clock.subject IS 'Who slept.';
COMMENT ON COLUMN sensor_clock.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN sensor_clock.recording IS 'SHA-256 of the recording; only those that were used.';
COMMENT ON COLUMN sensor_clock.leg IS 'Which leg: left, right, unknown.';
COMMENT ON COLUMN sensor_clock.stays IS 'True where it is the clock of the night: nothing is added to its times.';
COMMENT ON COLUMN sensor_clock.shared_h IS 'How long it ran beside one that stays, hours; NULL where the two were not compared.';
COMMENT ON COLUMN sensor_clock.confidence IS 'How clearly shared movements show the difference, 0-1; NULL where not compared.';
COMMENT ON COLUMN sensor_clock.compared_at IS 'The moment on its own clock to which behind_s belongs, UTC; NULL where nothing was moved.';
COMMENT ON COLUMN sensor_clock.behind_s IS 'Added to its times at that moment, seconds; NULL where nothing was moved.';
COMMENT ON COLUMN sensor_clock.drift_ppm IS 'How fast that grows, parts per million; NULL where it could not be told.';

ALTER TABLE score ADD COLUMN n_series_in_sleep INTEGER;
COMMENT ON COLUMN score.n_series_in_sleep IS 'Periodic series with at least one movement in sleep, counted.';

ALTER TABLE flag ADD COLUMN state VARCHAR;
COMMENT ON COLUMN flag.state IS 'raised, not_raised, or cannot_tell: a criterion that decides could not be measured.';

UPDATE score SET n_series_in_sleep = (
    SELECT count(*) FROM series_row r
    WHERE r.subject = score.subject AND r.night_date = score.night_date AND r.ruleset = score.ruleset
        AND r.n_in_sleep > 0
)
WHERE n_plms IS NOT NULL;

-- The first criterion that is not met decides.
UPDATE flag SET state = CASE
    WHEN raised THEN 'raised'
    WHEN [state FOR state IN json_extract_string(criteria, '$[*].state') IF state <> 'met'][1] = 'not measurable'
        THEN 'cannot_tell'
    ELSE 'not_raised'
END;
