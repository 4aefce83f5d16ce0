"""Options that verbs share are the same everywhere."""

from __future__ import annotations

import argparse

import pytest

from omniqueue.cli.main import make_parser
from omniqueue.cli.options import add_policy_options
from omniqueue.policy.selection import STOCK_SELECTIONS

LOG_OPTIONS = ("--staff", "--column", "--zone", "--from", "--to", "--fold", "--repair", "--seed")


def options(verb: str) -> dict[str, argparse.Action]:
    [verbs] = [
        each for each in make_parser()._actions if isinstance(each, argparse._SubParsersAction)
    ]
    return {name: each for each in verbs.choices[verb]._actions for name in each.option_strings}


def same(first: argparse.Action, second: argparse.Action) -> bool:
    parts = ("dest", "nargs", "default", "type", "choices", "metavar", "required", "help")
    return all(getattr(first, part) == getattr(second, part) for part in parts)


@pytest.mark.parametrize("option", [*LOG_OPTIONS, "--order", "--selection"])
def test_route_and_whatif_read_a_log_alike(option: str) -> None:
    assert same(options("route")[option], options("whatif")[option])


@pytest.mark.parametrize("option", ["--confidence", "--jobs", "--json"])
def test_studies_are_asked_for_alike(option: str) -> None:
    of = {verb: options(verb)[option] for verb in ("simulate", "compare", "staff")}
    assert same(of["compare"], of["staff"])
    assert same(of["compare"], of["simulate"])


def test_the_help_names_every_selection() -> None:
    parser = argparse.ArgumentParser()
    add_policy_options(parser)
    told = " ".join(parser.format_help().split())
    assert [name for name in STOCK_SELECTIONS if name not in told] == []
