"""From stored samples to movements, sleep and wear: arithmetic on arrays, nothing read or written."""
