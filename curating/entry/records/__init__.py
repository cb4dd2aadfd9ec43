"""Reads records of documents as reference managers and publishers give them out: BibTeX, RIS and CSL-JSON."""
