-- How well the difference of two clocks is known: legs are joined from so much further away.

ALTER TABLE sensor_clock ADD COLUMN uncertain_s DOUBLE;
COMMENT ON COLUMN sensor_clock.uncertain_s IS 'How far off behind_s may be anywhere in the night, three standard errors, seconds; NULL where nothing was moved, and for nights analysed before version 16 of the schema.';
