"""What the API can refuse, told apart from how HTTP words the refusal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rest_framework import status
from rest_framework.exceptions import APIException

ParameterErrorCode = Literal[
    "unknown-parameter",
    "invalid-value",
    "missing-parameter",
    "repeated-parameter",
    "contradiction",
    "mixed-units",
    "mixed-figures",
    "bad-cursor",
    "too-many-rows",
    "not-acceptable",
]


@dataclass(frozen=True, slots=True)
class ParameterError:
    """One thing wrong with one query parameter, and what would have been right."""

    parameter: str
    detail: str
    code: ParameterErrorCode = "invalid-value"
    allowed: Sequence[str] | None = None
    nearest: str | None = None


class BadParameters(APIException):
    """The query asks for something the endpoint doesn't offer; every reason is given at once."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad-parameters"

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(error.detail for error in self.errors))


class Gone(APIException):
    """The thing was published once and has been withdrawn; its past can still be read."""

    status_code = status.HTTP_410_GONE
    default_code = "gone"
    default_detail = "This was withdrawn from the dataset."

    def __init__(self, detail: str | None = None, *, reason: str | None = None, history: str | None = None) -> None:
        self.reason = reason
        self.history = history
        super().__init__(detail)


class Moved(APIException):
    """What was asked for is at another address, for good."""

    status_code = status.HTTP_308_PERMANENT_REDIRECT
    default_code = "moved"

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"This is at {address}.")


class RangeNotSatisfiable(APIException):
    """None of the bytes asked for are in the file."""

    status_code = status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE
    default_code = "range-not-satisfiable"

    def __init__(self, size: int) -> None:
        self.headers = {"Content-Range": f"bytes */{size}"}
        super().__init__(f"The file has {size} bytes, and none of those asked for is among them.")
