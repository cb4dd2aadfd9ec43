"""The Django project: everything about HTTP that all endpoints share."""

__version__ = "0.1.0"
