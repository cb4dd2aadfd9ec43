"""The examples that the OpenAPI document shows are what the API answers."""

import pytest

from minerals_api.examples import ask, kept


@pytest.mark.parametrize("operation", sorted(kept()))
def test_the_example_is_what_is_answered(operation: str, db: None):
    assert ask(kept()[operation]["address"]) == kept()[operation]["answer"]
