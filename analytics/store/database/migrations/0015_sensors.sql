-- Of an export of several sensors (a telephone and a watch), which one a recording is, and of which one its site and side
-- were said.

ALTER TABLE recording ADD COLUMN sensor VARCHAR;
ALTER TABLE recording ADD COLUMN sensor_meant VARCHAR;
COMMENT ON COLUMN recording.sensor IS 'Which sensor of its export: telephone, watch; NULL where there was no other, and before this column.';
COMMENT ON COLUMN recording.sensor_meant IS 'The sensor that a declared site and side are about, as named or as the files show; NULL where none was declared or there was no choice.';
