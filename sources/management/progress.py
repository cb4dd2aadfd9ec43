"""Tells on stderr how far a command has come: bars on a terminal, else a line for each step."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper
from tqdm import tqdm

from sources.progress import SILENT, Progress, Thing

WIDEST = 100
BAR = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} {elapsed}<{remaining}"


def progress_of(command: BaseCommand, verbosity: int) -> Progress:
    """What tells of a command's progress; nothing does where it is to be quiet."""
    if not verbosity:
        return SILENT
    return Bars(command.stderr) if command.stderr.isatty() else Lines(command.stderr)


class Lines:
    """Says what is begun, as suits a log."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream

    def say(self, text: str) -> None:
        self.stream.write(f"{text} …", style_func=str)

    def through(self, step: str, things: Collection[Thing]) -> Iterable[Thing]:
        if things:
            self.say(f"{step}: {len(things)}")
        return things


class Bars(Lines):
    """Draws a bar for each step that can be counted."""

    def through(self, step: str, things: Collection[Thing]) -> Iterable[Thing]:
        if not things:
            return things
        width = min(WIDEST, shutil.get_terminal_size().columns)
        return tqdm(things, desc=step, file=Unstyled(self.stream), ncols=width, bar_format=BAR)


class Unstyled:
    """The stream of a command without what that adds to each text: the colour of errors, the end of a line."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
