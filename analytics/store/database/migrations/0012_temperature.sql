-- What the thermometer of a sensor showed, by the minute.

ALTER TABLE recording ADD COLUMN temperature STRUCT(minute_at TIMESTAMPTZ, celsius FLOAT)[] DEFAULT [];
COMMENT ON COLUMN recording.temperature IS 'By minute: mean temperature of the sensor (degrees C). Empty where the file holds none, and for recordings stored before version 12 of the schema. Source: the device.';
