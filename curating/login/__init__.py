"""Signing in to the desk: lock-out, sessions that end, a second factor, and who has an account."""
