"""Values of a delivery in SQL: types, labels, pseudonyms, tokens."""
