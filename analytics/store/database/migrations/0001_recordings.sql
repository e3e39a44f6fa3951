-- What was imported: every recording, the nights it lies in, and every attempt.
-- No foreign keys and no secondary indexes: the first cost more than they guard in DuckDB, the second have been
-- reported to break under crashes. `nightkick doctor` checks the relations instead. A primary key stands only
-- where it keeps a thing from being stored twice.

CREATE TABLE schema_migration (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE schema_migration IS 'Steps that made this database what it is. Source: nightkick itself.';
COMMENT ON COLUMN schema_migration.version IS 'Number of the step, from 1.';
COMMENT ON COLUMN schema_migration.name IS 'File name of the step.';
COMMENT ON COLUMN schema_migration.sha256 IS 'Checksum of the step as it was applied.';
COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied, UTC.';

CREATE TABLE setting (
    name VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);
COMMENT ON TABLE setting IS 'What the views need to know. Source: nightkick itself.';
COMMENT ON COLUMN setting.name IS 'default_ruleset: whose rows the views show. views_sha256: which version of the views is in place.';
COMMENT ON COLUMN setting.value IS 'Its value, as text.';
INSERT INTO setting VALUES ('default_ruleset', 'wasm2016');

CREATE TABLE recording (
    sha256 VARCHAR PRIMARY KEY,
    path VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    side VARCHAR NOT NULL,
    zone VARCHAR NOT NULL,
    zone_source VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    device_maker VARCHAR NOT NULL,
    device_model VARCHAR NOT NULL,
    device_serial VARCHAR NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    n_samples BIGINT NOT NULL,
    rate_hz_nominal DOUBLE,
    rate_hz_true DOUBLE,
    lsb_g DOUBLE NOT NULL,
    unit VARCHAR NOT NULL,
    bad_blocks BIGINT NOT NULL,
    restarts BIGINT NOT NULL,
    instants_known BOOLEAN NOT NULL,
    quality JSON NOT NULL,
    warnings VARCHAR[] NOT NULL,
    stages STRUCT(start_at TIMESTAMPTZ, end_at TIMESTAMPTZ, stage VARCHAR)[] NOT NULL
);
COMMENT ON TABLE recording IS 'One imported file. Its samples lie beside the database in recordings/<sha256>.parquet.';
COMMENT ON COLUMN recording.sha256 IS 'SHA-256 of the bytes of the file: what makes it one recording.';
COMMENT ON COLUMN recording.path IS 'Where the file lay when it was imported last.';
COMMENT ON COLUMN recording.subject IS 'Who wore the sensor. Source: user or settings.';
COMMENT ON COLUMN recording.site IS 'Where it was worn: ankle, foot, thigh, hip, wrist, unknown. Source: user, settings or file.';
COMMENT ON COLUMN recording.side IS 'Left, right or unknown. Source: user, settings or file.';
COMMENT ON COLUMN recording.zone IS 'Time zone of the wearer''s evenings: IANA name or fixed offset.';
COMMENT ON COLUMN recording.zone_source IS 'Who said so: file, user, config, or assumed (nobody).';
COMMENT ON COLUMN recording.format IS 'File format, by content. Source: the reader that claimed the file.';
COMMENT ON COLUMN recording.device_maker IS 'Maker of the device as the file names it; empty where it does not.';
COMMENT ON COLUMN recording.device_model IS 'Model of the device as the file names it; empty where it does not.';
COMMENT ON COLUMN recording.device_serial IS 'Serial number as the file names it; empty where it does not.';
COMMENT ON COLUMN recording.first_at IS 'Earliest sample, UTC.';
COMMENT ON COLUMN recording.last_at IS 'Latest sample, UTC.';
COMMENT ON COLUMN recording.n_samples IS 'Samples, counted.';
COMMENT ON COLUMN recording.rate_hz_nominal IS 'Samples per second the file claims, Hz; NULL where it claims none.';
COMMENT ON COLUMN recording.rate_hz_true IS 'Samples per second of recorded time, Hz, measured; NULL below two samples.';
COMMENT ON COLUMN recording.lsb_g IS 'Smallest step between values, g, measured.';
COMMENT ON COLUMN recording.unit IS 'Unit of the values in the file: g, mg, m/s2, counts.';
COMMENT ON COLUMN recording.bad_blocks IS 'Stretches of the file left out because they failed a check, counted.';
COMMENT ON COLUMN recording.restarts IS 'Times the device stopped and began again within the file, counted.';
COMMENT ON COLUMN recording.instants_known IS 'False where UTC itself rests on an assumed zone.';
COMMENT ON COLUMN recording.quality IS 'What was measured over the whole recording, as JSON; units are in the names.';
COMMENT ON COLUMN recording.warnings IS 'What a person should know about this file, a sentence each. Source: reader, clock, quality.';
COMMENT ON COLUMN recording.stages IS 'Sleep stages as the maker of the device computed them (wake, light, deep, rem, unmeasurable), UTC.';

CREATE TABLE recording_night (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    sha256 VARCHAR NOT NULL,
    PRIMARY KEY (sha256, night_date)
);
COMMENT ON TABLE recording_night IS 'Which nights lie between the first and the last sample of a recording.';
COMMENT ON COLUMN recording_night.subject IS 'Who wore the sensor; as in recording.';
COMMENT ON COLUMN recording_night.night_date IS 'Local date of the evening, noon to noon in the zone of the recording.';
COMMENT ON COLUMN recording_night.sha256 IS 'The recording.';

CREATE TABLE import_attempt (
    path VARCHAR NOT NULL,
    sha256 VARCHAR,
    status VARCHAR NOT NULL,
    error VARCHAR,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    version VARCHAR NOT NULL
);
COMMENT ON TABLE import_attempt IS 'Every attempt to import a file; rows are only ever added.';
COMMENT ON COLUMN import_attempt.path IS 'The file.';
COMMENT ON COLUMN import_attempt.sha256 IS 'SHA-256 of its bytes; NULL where they could not be read.';
COMMENT ON COLUMN import_attempt.status IS 'imported, known (already stored), refused (not usable), failed (could not be read).';
COMMENT ON COLUMN import_attempt.error IS 'Why it was refused or failed, one line; NULL otherwise.';
COMMENT ON COLUMN import_attempt.started_at IS 'When the attempt began, UTC.';
COMMENT ON COLUMN import_attempt.finished_at IS 'When it ended, UTC.';
COMMENT ON COLUMN import_attempt.version IS 'Version of nightkick that tried.';
