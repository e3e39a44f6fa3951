-- Who wore which device in which nights, and what of a recording was said on the command line.

CREATE TABLE assignment (
    line_no INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    serial VARCHAR,
    pattern VARCHAR,
    subject VARCHAR,
    site VARCHAR,
    side VARCHAR,
    tz VARCHAR,
    time_shift VARCHAR,
    first_evening VARCHAR,
    last_evening VARCHAR
);
COMMENT ON TABLE assignment IS 'Who wore which device, or whose files bear which names, and when. Source: nightkick people import.';
COMMENT ON COLUMN assignment.line_no IS 'Line of the file in which it stood; the heading is line 1.';
COMMENT ON COLUMN assignment.source IS 'Name of that file.';
COMMENT ON COLUMN assignment.serial IS 'Serial number of the device; NULL where only the pattern counts.';
COMMENT ON COLUMN assignment.pattern IS 'End of the path, such as {subject}/night_*_{side}.csv; NULL where only the serial counts.';
COMMENT ON COLUMN assignment.subject IS 'Who wore it; NULL where this line does not say.';
COMMENT ON COLUMN assignment.site IS 'Where it was worn; NULL where this line does not say.';
COMMENT ON COLUMN assignment.side IS 'On which side; NULL where this line does not say.';
COMMENT ON COLUMN assignment.tz IS 'Zone in which the wearer lived: IANA name or fixed offset; NULL where this line does not say.';
COMMENT ON COLUMN assignment.time_shift IS 'How much the clock of the device was behind, as written: seconds or h:min[:s]; NULL where this line does not say.';
COMMENT ON COLUMN assignment.first_evening IS 'Local date of the first evening, or the first moment, as written; NULL: no limit.';
COMMENT ON COLUMN assignment.last_evening IS 'Local date of the last evening, included, or the first moment that is not; as written; NULL: no limit.';

ALTER TABLE recording ADD COLUMN user_said VARCHAR[];
COMMENT ON COLUMN recording.user_said IS 'Which of subject, site, side, tz, time_shift_s, start were said on the command line: no assignment changes these. NULL: not kept before version 8 of the schema.';

ALTER TABLE recording ADD COLUMN device_clock JSON;
COMMENT ON COLUMN recording.device_clock IS 'What the file says of its clock (base, utc_offset_s, zone), and shift_us, microseconds that were added to its times to make them UTC. NULL before version 8 of the schema.';
