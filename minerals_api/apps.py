from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created


class MineralsApiConfig(AppConfig):
    """Carries the templates, the static files and the system checks of the project itself."""

    name = "minerals_api"
    verbose_name = "Critical Minerals API"

    def ready(self) -> None:
        from minerals_api import checks  # noqa: F401  (registers the system checks)
        from minerals_api.collation import note_collation
        from minerals_api.connections import leave_replaced_files, note_file

        connection_created.connect(note_collation, dispatch_uid="collation")
        connection_created.connect(note_file, dispatch_uid="file")
        request_started.connect(leave_replaced_files, dispatch_uid="file")
