"""Checks figures against each other, and flags what looks wrong."""
