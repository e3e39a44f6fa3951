-- A quiet envelope on every third level: below 4 mg, half of what kicks need, nothing is told from it, and on a picture it
-- is a pixel. A fifth of the bytes.

UPDATE envelope SET levels = translate(
    levels,
    '"#$%&''()*+,-./0123456789:;<=>?@ABCDE',
    '""%%%(((+++...111444777:::===@@@CCCF'
);

COMMENT ON COLUMN envelope.levels IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of each step, a character each: a space where nothing could be searched, ! below 0.5 mg, and from the double quote (unicode 34: 0.5 mg) on twelve characters for each doubling; below 4 mg (unicode 70) every third of them.';
