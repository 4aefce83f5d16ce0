"""Results as JSON: fields by name, what has a form of its own by that, nothing that JSON lacks."""

from __future__ import annotations

import json
from math import inf, nan

import attrs
import pytest

from omniqueue.model.json_values import json_fields, json_value
from omniqueue.record.verdict import Verdict


@attrs.frozen
class Pair:
    first: object
    second: object


def test_values_within_values() -> None:
    pair = Pair((1, None, "x", True), {"a": Pair(nan, [inf, 0.5])})
    found = json_value(pair)
    assert found == {
        "first": [1, None, "x", True],
        "second": {"a": {"first": None, "second": [None, 0.5]}},
    }
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_form_of_its_own_is_kept() -> None:
    verdict = Verdict(judged=1, overtakings={}, unexplained={}, faults=())
    assert json_fields(Pair(verdict, 2), "second") == {"first": verdict.to_dict()}


def test_what_has_no_json_type_is_refused() -> None:
    with pytest.raises(ValueError, match="attrs"):
        json_value(Pair(object(), 1))
