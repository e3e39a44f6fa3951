"""Three small simulated nights that ship with the source, and the maker that wrote them."""
