"""Examples that the documents use; tests run each of them."""
