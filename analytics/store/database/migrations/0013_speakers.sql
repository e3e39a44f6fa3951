-- Which recording speaks for a leg where several recorded it.

CREATE TABLE speaker (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    recording VARCHAR NOT NULL,
    leg VARCHAR NOT NULL,
    recorded_h DOUBLE NOT NULL,
    shared_h DOUBLE NOT NULL,
    speaks_h DOUBLE NOT NULL,
    note VARCHAR
);
COMMENT ON TABLE speaker IS 'How much of a night each recording speaks for; for each leg and instant one does. Nights analysed before version 13 of the schema have none. Source: the recordings of the night.';
COMMENT ON COLUMN speaker.subject IS 'Who slept.';
COMMENT ON COLUMN speaker.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN speaker.recording IS 'SHA-256 of the recording; only those worn nearest to the feet.';
COMMENT ON COLUMN speaker.leg IS 'Which leg, as declared: left, right, unknown.';
COMMENT ON COLUMN speaker.recorded_h IS 'From its first to its last sample in the night, hours.';
COMMENT ON COLUMN speaker.shared_h IS 'How much of that other recordings of the same leg have too, hours.';
COMMENT ON COLUMN speaker.speaks_h IS 'Of how much of the night its samples are used, hours; 0 where others speak all the time.';
COMMENT ON COLUMN speaker.note IS 'on_table: lay still while another sensor turned. same_samples: holds what a recording of another leg holds. moves_alike: moves as the sensor of the other leg does. NULL for none.';
