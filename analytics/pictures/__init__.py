"""Pictures of a night that do not move, drawn once as SVG: the report prints them, the page inserts them."""
