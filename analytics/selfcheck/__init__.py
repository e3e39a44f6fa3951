"""A check of a sensor by its wearer: a plan of ten kicks, and what a recording of it shows. Nothing is stored."""
