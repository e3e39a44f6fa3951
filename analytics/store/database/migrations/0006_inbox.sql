-- What unattended runs remember: files of an inbox that were looked at, and what people were told of.

CREATE TABLE inbox_file (
    path VARCHAR NOT NULL,
    stamp VARCHAR NOT NULL,
    is_done BOOLEAN NOT NULL,
    version VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE inbox_file IS 'Files of an inbox as the last unattended run that tried them left them: unchanged ones are not opened again. Source: the file system.';
COMMENT ON COLUMN inbox_file.path IS 'The file; the main one of a recording that lies in several.';
COMMENT ON COLUMN inbox_file.stamp IS 'Size (bytes), modification time (ns since 1970) and inode, joined by colons; of each file of the recording.';
COMMENT ON COLUMN inbox_file.is_done IS 'True where everything in it is stored; false where something was refused or failed.';
COMMENT ON COLUMN inbox_file.version IS 'Version of nightkick that tried: a newer one tries again what was not stored.';
COMMENT ON COLUMN inbox_file.seen_at IS 'When, UTC.';

CREATE TABLE notice (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    about VARCHAR NOT NULL,
    told_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE notice IS 'What unattended runs have told of, each thing once. Source: flagged_nights and nights at that time.';
COMMENT ON COLUMN notice.subject IS 'Who slept.';
COMMENT ON COLUMN notice.night_date IS 'Local date of the evening; the last one with data where about is no_data.';
COMMENT ON COLUMN notice.about IS 'Name of a flag, or no_data.';
COMMENT ON COLUMN notice.told_at IS 'When, UTC.';
