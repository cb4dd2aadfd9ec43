"""The cache in front of Django: what was answered at this revision is answered again without entering it.

An answer depends on its request and the revision alone, so the revision decides, and nothing else, whether a copy
is current: `newest` reads it at every request, `middleware` answers from what `shelf` holds, `answers` and `encodings`
make the copies, and `shared` passes them to other processes.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS

from minerals_api.caching.middleware import RevisionCache
from minerals_api.caching.newest import newest_of_database
from minerals_api.caching.shared import SharedAnswers

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def behind_cache(application: Application) -> Application:
    """The application as the settings want it served: behind the cache, or as it is where nothing can be kept."""
    newest = newest_of_database()
    if settings.CACHE_BYTES <= 0 or newest is None:
        return application
    shared = SharedAnswers(DEFAULT_CACHE_ALIAS) if settings.REDIS_URL and settings.CACHE_SHARED else None
    return RevisionCache(application, newest, budget=settings.CACHE_BYTES, shared=shared)
