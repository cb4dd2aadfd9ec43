"""Looks whether the addresses of sources still answer, and where an archived copy is to be had.

It asks like a well-mannered robot, and never changes a source or a fact: what it finds is kept beside them.
"""
