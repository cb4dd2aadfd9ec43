"""What changed in the published dataset from one revision to another: as a list, and as a feed."""
