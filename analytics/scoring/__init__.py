"""From leg movements to periodic series and numbers per night, by published rules. Knows no sensor."""
