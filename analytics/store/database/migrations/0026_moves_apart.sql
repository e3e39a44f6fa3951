-- A note more: sensors of one night that two people wore.

COMMENT ON COLUMN speaker.note IS 'on_table: lay still while another sensor turned. same_samples: holds what a recording of another leg holds. moves_alike: moves as the sensor of the other leg does. moves_apart: does not turn over when another sensor does. other_times: the same of two recordings of one device. NULL for none.';
