"""The curators' desk: entering, reviewing, publishing, correcting and withdrawing, in the admin."""
