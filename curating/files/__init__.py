"""The curators' files: what a list holds as CSV or XLSX, and what a curator's file would change, shown row by row."""
