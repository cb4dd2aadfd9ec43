"""Named releases: the dataset at one revision, frozen as files that never change.

`freezing` makes one out of the package of record (`as_of` a revision), `tables` and what writes them (`sqlite`,
`parquet`), and the papers that go with them (`codebook`, `changelog`, `papers`); `shelf` finds those that were made.
"""
