-- Which stretch a night is, now that a sleep across noon moves its edges, and the naps beside its sleep.

ALTER TABLE night ADD COLUMN window_from TIMESTAMPTZ;
ALTER TABLE night ADD COLUMN window_to TIMESTAMPTZ;
COMMENT ON COLUMN night.window_from IS 'Start of the stretch that was analysed, UTC; included. NULL for nights analysed before version 14 of the schema: local noon.';
COMMENT ON COLUMN night.window_to IS 'End of that stretch, UTC; not included, and where the next night begins. NULL as window_from.';
COMMENT ON COLUMN night.night_date IS 'Local date of the evening; a sleep that begins after midnight and before noon bears the date before.';

CREATE TABLE nap (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    end_at TIMESTAMPTZ NOT NULL,
    asleep_h DOUBLE NOT NULL
);
COMMENT ON TABLE nap IS 'Shorter rests outside the sleep period of a night, in its window; nights analysed before version 14 of the schema have none. Source: sleep estimate.';
COMMENT ON COLUMN nap.subject IS 'Who slept.';
COMMENT ON COLUMN nap.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN nap.start_at IS 'Start, UTC; included.';
COMMENT ON COLUMN nap.end_at IS 'End, UTC; not included.';
COMMENT ON COLUMN nap.asleep_h IS 'Hours of sustained inactivity inside it; lying awake without moving looks the same.';

COMMENT ON TABLE recording_night IS 'Which nights lie between the first and the last sample of a recording.';
COMMENT ON COLUMN recording_night.night_date IS 'Local date of the evening; the windows of nights are in the table night.';
