-- What a watch says beside movement, how clocks were corrected, and what of a night was not recorded or not worn.

ALTER TABLE recording ALTER COLUMN lsb_g DROP NOT NULL;
COMMENT ON COLUMN recording.lsb_g IS 'Smallest step between values, g, measured; NULL without movement.';

ALTER TABLE recording ADD COLUMN time_shift_s DOUBLE DEFAULT 0;
COMMENT ON COLUMN recording.time_shift_s IS 'How much the clock of the device was behind, seconds; added to every time. Source: user or settings.';

ALTER TABLE recording ADD COLUMN clock_start VARCHAR;
COMMENT ON COLUMN recording.clock_start IS 'When a recording without a clock of its own began, ISO 8601. Source: user; NULL where the file has a clock.';

ALTER TABLE recording ADD COLUMN sleep_windows STRUCT(start_at TIMESTAMPTZ, end_at TIMESTAMPTZ)[] DEFAULT [];
COMMENT ON COLUMN recording.sleep_windows IS 'From falling asleep to waking up as the maker of the device computed it, UTC.';

ALTER TABLE recording ADD COLUMN heart STRUCT(minute_at TIMESTAMPTZ, heart_bpm DOUBLE, rmssd_ms DOUBLE)[] DEFAULT [];
COMMENT ON COLUMN recording.heart IS 'By minute: mean heart rate (1/min) and RMSSD of successive beats (ms), NULL where not measured. Source: the device.';

ALTER TABLE recording ADD COLUMN hrv_last_night_ms DOUBLE;
COMMENT ON COLUMN recording.hrv_last_night_ms IS 'Variability of the night as the maker of the device computed it (RMSSD), ms; NULL where the file has none.';

ALTER TABLE night ADD COLUMN leg_offset_s DOUBLE;
COMMENT ON COLUMN night.leg_offset_s IS 'How far the clock of the second sensor was behind the first at the middle of the night, seconds, as found from shared movements and taken out; NULL where it was not.';

ALTER TABLE night ADD COLUMN leg_drift_ppm DOUBLE;
COMMENT ON COLUMN night.leg_drift_ppm IS 'How fast that changed over the night, parts per million; NULL where it could not be told.';

ALTER TABLE night ADD COLUMN leg_alignment_confidence DOUBLE;
COMMENT ON COLUMN night.leg_alignment_confidence IS 'How clearly shared movements show it, 0-1; below the threshold of the criteria nothing was moved. NULL where no two legs were compared.';

ALTER TABLE night ADD COLUMN unworn_h DOUBLE;
COMMENT ON COLUMN night.unworn_h IS 'Recorded hours without a single movement, too long for a leg: probably not worn. Flagged only; NULL before version 4 of the schema.';

ALTER TABLE night ADD COLUMN recorded_share DOUBLE;
COMMENT ON COLUMN night.recorded_share IS 'Share of the sleep period (of the recording where none is known) with samples, 0-1; NULL before version 4 of the schema.';

ALTER TABLE night ADD COLUMN short_gaps_per_h DOUBLE;
COMMENT ON COLUMN night.short_gaps_per_h IS 'Gaps of 5-90 s in the sleep period, as long as the intervals that are looked for, 1/h; NULL before version 4 of the schema.';
