"""Changes of the store's schema, applied in order when the store is opened."""
