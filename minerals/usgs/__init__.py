"""Takes the world tables of a Mineral Commodity Summaries data release over into the dataset's files."""
