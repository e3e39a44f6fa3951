-- How sure what is said of a night is: doubtful, hidden and doubtfully worn hours, intervals, sleep as a probability.

ALTER TABLE night ADD COLUMN sleep_doubt_h DOUBLE;
ALTER TABLE night ADD COLUMN hidden_h DOUBLE;
ALTER TABLE night ADD COLUMN wear_doubt_h DOUBLE;
ALTER TABLE night ADD COLUMN tst_low_h DOUBLE;
ALTER TABLE night ADD COLUMN tst_high_h DOUBLE;
ALTER TABLE night ADD COLUMN waso_low_min DOUBLE;
ALTER TABLE night ADD COLUMN waso_high_min DOUBLE;
ALTER TABLE night ADD COLUMN sleep_onset_low_at TIMESTAMPTZ;
ALTER TABLE night ADD COLUMN sleep_onset_high_at TIMESTAMPTZ;
COMMENT ON COLUMN night.sleep_doubt_h IS 'Hours in which sleep is in doubt. NULL where it was not measured, and for nights analysed before version 17 of the schema. Source: sleep estimate.';
COMMENT ON COLUMN night.hidden_h IS 'Hours asleep under vibration or large movement, which hide kicks. NULL as sleep_doubt_h. Source: detection in the samples.';
COMMENT ON COLUMN night.wear_doubt_h IS 'Hours in which it is in doubt whether the sensor was worn. NULL as sleep_doubt_h. Source: detection in the samples.';
COMMENT ON COLUMN night.tst_low_h IS 'Lower end of the 95 % interval of tst_h, hours. NULL as sleep_doubt_h. Source: sleep estimate.';
COMMENT ON COLUMN night.tst_high_h IS 'Upper end of the 95 % interval of tst_h, hours. NULL as sleep_doubt_h. Source: sleep estimate.';
COMMENT ON COLUMN night.waso_low_min IS 'Lower end of the 95 % interval of waso_min, minutes. NULL as sleep_doubt_h. Source: sleep estimate.';
COMMENT ON COLUMN night.waso_high_min IS 'Upper end of the 95 % interval of waso_min, minutes. NULL as sleep_doubt_h. Source: sleep estimate.';
COMMENT ON COLUMN night.sleep_onset_low_at IS 'Lower end of the 95 % interval of sleep_onset_at, UTC. NULL as sleep_doubt_h. Source: sleep_source.';
COMMENT ON COLUMN night.sleep_onset_high_at IS 'Upper end of the 95 % interval of sleep_onset_at, UTC. NULL as sleep_doubt_h. Source: sleep_source.';

ALTER TABLE score ADD COLUMN plms_rate_low DOUBLE;
ALTER TABLE score ADD COLUMN plms_rate_high DOUBLE;
ALTER TABLE score ADD COLUMN plms_index_sure DOUBLE;
ALTER TABLE score ADD COLUMN median_peak_mg DOUBLE;
COMMENT ON COLUMN score.plms_index_low IS 'Lower end of the interval that covers the true index of this night in 95 %, 1/h; of nights analysed before version 17 of the schema, from resampling half hours.';
COMMENT ON COLUMN score.plms_index_high IS 'Upper end of that interval, 1/h.';
COMMENT ON COLUMN score.plms_rate_low IS 'Lower end of the interval that covers the rate behind the night, which other nights of the person share, in 95 %, 1/h. NULL where it was not measured, and for nights analysed before version 17 of the schema.';
COMMENT ON COLUMN score.plms_rate_high IS 'Upper end of that interval, 1/h. NULL as plms_rate_low.';
COMMENT ON COLUMN score.plms_index_sure IS 'Periodic leg movements in stretches where sleep is sure, per hour of these, 1/h. NULL as plms_rate_low.';
COMMENT ON COLUMN score.median_peak_mg IS 'Median peak_g of the periodic leg movements in sleep, mg. NULL without one, and as plms_rate_low.';

ALTER TABLE event ADD COLUMN p_sleep DOUBLE;
COMMENT ON COLUMN event.p_sleep IS 'Probability that its onset lies in sleep, 0-1. NULL where it was not estimated, and for nights analysed before version 17 of the schema. Source: sleep estimate.';

ALTER TABLE series_row ADD COLUMN perhaps_not_own BOOLEAN;
COMMENT ON COLUMN series_row.perhaps_not_own IS 'True where it may come from a bed partner or a pet. NULL where that was not looked at, and for nights analysed before version 17 of the schema. Source: scoring of the movements.';
