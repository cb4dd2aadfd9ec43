from django.apps import AppConfig


class MineralsApiConfig(AppConfig):
    """Carries the templates, the static files and the system checks of the project itself."""

    name = "minerals_api"
    verbose_name = "Critical Minerals API"

    def ready(self) -> None:
        from minerals_api import checks  # noqa: F401  (registers the system checks)
