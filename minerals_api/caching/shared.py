"""The second tier: what one process was answered, the others find in the cache that Django has configured."""

from __future__ import annotations

import hashlib
import logging
import time
from pathlib import Path
from pickle import UnpicklingError

import zstandard
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from redis import RedisError

from minerals_api import __version__
from minerals_api.caching.answers import Headers
from minerals_api.caching.newest import State

logger = logging.getLogger(__name__)

KEPT_FOR = 24 * 3600
"""Seconds until Redis drops what may belong to an older revision. It decides nothing about what is current."""

PAUSE = 5
"""Seconds for which a Redis that failed is left alone, lest every request wait for it."""

UNREADABLE = (RedisError, UnpicklingError, EOFError, TypeError, ValueError, zstandard.ZstdError)
"""What reading may raise: Redis fails, or what it holds is cut short or not ours. Django then answers."""


class SharedAnswers:
    """Answers in Redis, compressed, each under a key of its request, the state of the dataset, and the build."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.build = build()
        self._paused_until = 0.0

    def get(self, state: State | None, key: tuple[str, ...]) -> tuple[Headers, bytes] | None:
        if time.monotonic() < self._paused_until:
            return None
        try:
            found = caches[self.alias].get(self._name(state, key))
            if found is None:
                return None
            headers, packed = found
            return headers, zstandard.ZstdDecompressor().decompress(packed)
        except UNREADABLE as error:
            self._pause(error)
            return None

    def set(self, state: State | None, key: tuple[str, ...], headers: Headers, body: bytes) -> None:
        if time.monotonic() < self._paused_until:
            return
        value = headers, zstandard.ZstdCompressor().compress(body)
        try:
            caches[self.alias].set(self._name(state, key), value, KEPT_FOR)
        except RedisError as error:
            self._pause(error)

    def _name(self, state: State | None, key: tuple[str, ...]) -> str:
        return "answer:" + hashlib.blake2b(repr((self.build, state, key)).encode(), digest_size=20).hexdigest()

    def _pause(self, error: Exception) -> None:
        self._paused_until = time.monotonic() + PAUSE
        logger.warning("For %s seconds this process does without Redis, which failed: %s", PAUSE, error)


def build() -> str:
    """A digest of what shapes an answer besides request and dataset: the settings and the code."""
    digest = hashlib.blake2b(digest_size=16)
    shaping = (settings.RELEASE, settings.SECRET_KEY, settings.ALLOWED_HOSTS, settings.PRODUCTION)
    digest.update(repr((__version__, *shaping, settings.TRUSTED_PROXIES)).encode())
    digest.update((settings.BASE_DIR / "requirements.lock").read_bytes())
    for folder in sorted(Path(config.path) for config in apps.get_app_configs()):
        if folder.parent == settings.BASE_DIR:
            for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html")]):
                digest.update(path.read_bytes())
    return digest.hexdigest()
