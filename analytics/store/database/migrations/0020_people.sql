-- What is said of people themselves: their age decides by which threshold their nights are judged.

CREATE TABLE person (
    subject VARCHAR NOT NULL,
    born VARCHAR,
    age_group VARCHAR,
    sex VARCHAR,
    medication VARCHAR[] NOT NULL,
    said_by VARCHAR NOT NULL
);
COMMENT ON TABLE person IS 'What is said of a person, one row each. Source: [subject."NAME"] of the settings, nightkick people describe.';
COMMENT ON COLUMN person.subject IS 'Who.';
COMMENT ON COLUMN person.born IS 'Year, or date YYYY-MM-DD, of birth, as said; NULL where it was not.';
COMMENT ON COLUMN person.age_group IS 'adult or child, where no birth was said; NULL where neither was.';
COMMENT ON COLUMN person.sex IS 'female, male, other; NULL where it was not said.';
COMMENT ON COLUMN person.medication IS 'Kinds that are known to matter for leg movements, such as ssri or iron; empty: none was said.';
COMMENT ON COLUMN person.said_by IS 'settings, which are read anew at each import, or command.';
