from django.apps import AppConfig


class CuratingConfig(AppConfig):
    """The curators' desk. Readers never see what it keeps: who entered a draft, and where its review stands."""

    name = "curating"
    verbose_name = "Curators' desk"
