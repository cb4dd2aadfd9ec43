"""The WSGI application that a server runs: `minerals_api.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minerals_api.settings")

django_application = get_wsgi_application()

# Its modules need the apps, which are loaded by now.
from minerals_api.caching import behind_cache  # noqa: E402

application = behind_cache(django_application)
