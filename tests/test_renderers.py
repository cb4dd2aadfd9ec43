"""How values are written, and what the page for a person makes of them."""

from decimal import Decimal

import orjson
import pytest
from django.utils.translation import gettext_lazy

from minerals_api.renderers import JSONRenderer, indented, linked


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("6.70"), b"6.7"),
        (Decimal("6700000.000"), b"6700000"),
        (Decimal("117918.704000"), b"117918.704"),
        (gettext_lazy("zinc"), b'"zinc"'),
        (orjson.Fragment(b'{"key": "as it was stored"}'), b'{"key": "as it was stored"}'),
        ({"absent": None, "empty": []}, b'{"absent":null,"empty":[]}'),
        (None, b""),
    ],
)
def test_json(value, written):
    assert JSONRenderer().render(value) == written


def test_what_json_has_no_word_for_is_an_error():
    with pytest.raises(TypeError):
        JSONRenderer().render(object())


def test_stored_documents_are_laid_out_for_reading():
    assert indented([orjson.Fragment(b'{"a":1}')]) == '[\n  {\n    "a": 1\n  }\n]'


def test_links_can_be_followed_and_nothing_else_is_markup():
    page = linked('{"url": "/api/v1/?a=1&b=2", "name": "<script>"}')

    assert '<a href="/api/v1/?a=1&amp;b=2">/api/v1/?a=1&amp;b=2</a>' in page
    assert "&lt;script&gt;" in page
