from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CuratingConfig(AppConfig):
    """The curators' desk. Readers never see what it keeps: who entered a draft, and where its review stands."""

    name = "curating"
    verbose_name = "Curators' desk"

    def ready(self) -> None:
        from curating import audit
        from curating.login import sessions  # noqa: F401  (notes when a session begins)
        from curating.roles import complete_after_migrating

        post_migrate.connect(complete_after_migrating, dispatch_uid="curating-roles")
        audit.register()
