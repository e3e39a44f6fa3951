-- What a published copy says of itself. The database itself has no row here: a copy gets the instant when it was made.
CREATE OR REPLACE VIEW published AS
SELECT
    p.made_at, v.version AS schema_step, CAST(split_part(c.value, ' ', 1) AS TIMESTAMPTZ) AS changed_at,
    n.n_people, n.n_nights, n.first_night, n.last_night, r.n_recordings
FROM (SELECT CAST(NULL AS TIMESTAMPTZ) AS made_at) p
CROSS JOIN (SELECT max(value) AS value FROM setting WHERE name = 'change') c
CROSS JOIN (SELECT max(version) AS version FROM schema_migration) v
CROSS JOIN (
    SELECT count(DISTINCT subject) AS n_people, count(*) AS n_nights, min(night_date) AS first_night,
        max(night_date) AS last_night
    FROM night
) n
CROSS JOIN (SELECT count(*) AS n_recordings FROM recording) r
WHERE p.made_at IS NOT NULL;
COMMENT ON VIEW published IS 'When this published copy was made, and what it holds; no row in the database itself. Source: night, recording, setting.';
COMMENT ON COLUMN published.made_at IS 'Moment whose state this copy holds, UTC.';
COMMENT ON COLUMN published.schema_step IS 'Number of the last step of the schema.';
COMMENT ON COLUMN published.changed_at IS 'Last change before that, UTC; imports that stored nothing are no change, and the view imports may lack them.';
COMMENT ON COLUMN published.n_people IS 'People with nights, counted.';
COMMENT ON COLUMN published.n_nights IS 'Nights, counted.';
COMMENT ON COLUMN published.first_night IS 'First night, local date of the evening.';
COMMENT ON COLUMN published.last_night IS 'Last night, local date of the evening.';
COMMENT ON COLUMN published.n_recordings IS 'Recordings, counted.';

-- Raw samples lie in files beside the database. A copy names the folder of the database that it is a copy of.
CREATE OR REPLACE VIEW samples AS
SELECT
    r.sha256, d.folder || '/' || r.sha256 || '.parquet' AS path, r.g_per_value, r.n_samples,
    r.first_at, LOCAL(r.first_at, r) AS first_local, r.last_at, LOCAL(r.last_at, r) AS last_local,
    r.rate_hz_true, r.time_shift_s, r.subject, r.site, r.side,
    EXISTS (FROM setting s WHERE s.name = 'pruned:' || r.sha256) AS is_pruned
FROM ZONED(recording) r
CROSS JOIN (
    SELECT max(regexp_replace(path, '[^/]*$', '') || coalesce(CAST(NULL AS VARCHAR), parse_filename(path)) || '.recordings')
        AS folder
    FROM duckdb_databases()
    WHERE database_name = current_database()
) d
WHERE r.n_samples > 0;
COMMENT ON VIEW samples IS 'Where the raw samples of each recording lie, and what their numbers mean. Each file is a table with time (TIMESTAMPTZ, UTC, microseconds, ascending), x, y, z as the device had them: acceleration in g is value * g_per_value. Calibration and the clock correction of a second leg are not in it. Source: recording.';
COMMENT ON COLUMN samples.sha256 IS 'The recording: recordings.sha256.';
COMMENT ON COLUMN samples.path IS 'The Parquet file, for read_parquet in a shell of your own; NULL where this database is not the current one (USE it). Databases made by an early nightkick may have it in the folder recordings beside instead.';
COMMENT ON COLUMN samples.g_per_value IS 'Acceleration of one step of x, y and z, g; 1 where they are g already. NULL for recordings stored before version 11 of the schema: the metadata of the file has it under the key g_per_value.';
COMMENT ON COLUMN samples.n_samples IS 'Samples, counted.';
COMMENT ON COLUMN samples.first_at IS 'First sample, UTC.';
COMMENT ON COLUMN samples.first_local IS 'First sample on the clock of the wearer.';
COMMENT ON COLUMN samples.last_at IS 'Last sample, UTC.';
COMMENT ON COLUMN samples.last_local IS 'Last sample on the clock of the wearer.';
COMMENT ON COLUMN samples.rate_hz_true IS 'Samples a second as the times say, gaps left out.';
COMMENT ON COLUMN samples.time_shift_s IS 'How much the clock of the device was behind, as declared, seconds; in the times already.';
COMMENT ON COLUMN samples.subject IS 'Who wore the sensor.';
COMMENT ON COLUMN samples.site IS 'Where: ankle, foot, thigh, hip, wrist, unknown.';
COMMENT ON COLUMN samples.side IS 'left, right, unknown.';
COMMENT ON COLUMN samples.is_pruned IS 'True where the file was removed and the results were kept.';
