"""The dataset as a package of CSV files: what is in it, reading, checking, loading and dumping it."""
