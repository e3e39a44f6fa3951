-- What each event as reviewed consists of, so that the next edit finds its movements without judging the night again.

ALTER TABLE reviewed_event ADD COLUMN lead INTEGER;
ALTER TABLE reviewed_event ADD COLUMN parts INTEGER[];
COMMENT ON COLUMN reviewed_event.lead IS 'Of parts the one that shows it best; NULL for what was kept by version 23 of the schema.';
COMMENT ON COLUMN reviewed_event.parts IS 'Numbers of its movements in the list that edits leave of the night; NULL for what was kept by version 23 of the schema.';
