"""What the time stamps of samples say, before their values are looked at."""
