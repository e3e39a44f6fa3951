-- What an import took for the wearer's zone, who said so, and what it changed about a known recording. As a recording
-- is stored now may differ: a later import changes it.

ALTER TABLE import_attempt ADD COLUMN zone VARCHAR;
ALTER TABLE import_attempt ADD COLUMN zone_source VARCHAR;
ALTER TABLE import_attempt ADD COLUMN changes VARCHAR[];
COMMENT ON COLUMN import_attempt.zone IS 'Time zone of the wearer that this import took: IANA name or fixed offset; NULL where nothing was stored, and before this column.';
COMMENT ON COLUMN import_attempt.zone_source IS 'Who said so: file, user, config, or assumed (this machine''s own); NULL as zone.';
COMMENT ON COLUMN import_attempt.changes IS 'What it changed about a recording that was known, old -> new, without names of people; NULL where it was not known.';
COMMENT ON COLUMN notice.about IS 'Name of a flag, no_data, or assumed_zone.';
COMMENT ON COLUMN notice.night_date IS 'Local date of the evening; the last one with data where about is no_data, the last one in that zone where it is assumed_zone.';
