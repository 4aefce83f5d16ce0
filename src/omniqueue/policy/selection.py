"""A selection: which of several agents gets the contact, by (fit, turn, stamp)."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from omniqueue.errors import InvalidValueError
from omniqueue.model.checks import identifier
from omniqueue.model.skill import NO_SKILLS, Skills
from omniqueue.policy.fit import STOCK_FITS, FitPolicy
from omniqueue.policy.rank import checked_rank, policy_fault
from omniqueue.policy.turn import STOCK_TURNS, TurnPolicy


def _name(value: str) -> str:
    return identifier("selection name", value)


@attrs.frozen(kw_only=True)
class Selection:
    """Which of several agents gets a contact: the best fit, then turn, then free the longest.

    Args:
        name: what the selection is called in messages, snapshots and files.
        fit: "any", "most-skilled", "closest-fit", or a function (held, needed) -> rank.
        turn: "longest-idle", "least-loaded", "linear", "round-robin", "fewest-taken",
            "least-busy", or a function (agent load) -> rank.

    Raises:
        InvalidValueError: an unknown stock name, or no function.

    Example:
        >>> Selection(name="spare-experts", fit="closest-fit", turn="least-loaded").name
        'spare-experts'
    """

    name: str = attrs.field(converter=_name)
    fit: FitPolicy | str = attrs.field(default="any")
    turn: TurnPolicy | str = attrs.field(default="longest-idle")

    @fit.validator
    def _check_fit(self, _: attrs.Attribute[FitPolicy | str], value: object) -> None:
        if not (value in STOCK_FITS if isinstance(value, str) else callable(value)):
            raise InvalidValueError("fit", value, f"{', '.join(STOCK_FITS)} or a function")

    @turn.validator
    def _check_turn(self, _: attrs.Attribute[TurnPolicy | str], value: object) -> None:
        if not (value in STOCK_TURNS if isinstance(value, str) else callable(value)):
            raise InvalidValueError("turn", value, f"{', '.join(STOCK_TURNS)} or a function")

    def check(self) -> None:
        """Ask a user's fit policy once, before it is used.

        A turn policy is tried on the first real agent, when that is added.

        Raises:
            PolicyError: it raised or returned no rank.

        Cost: that of two calls.
        """
        if callable(self.fit):
            for held in (NO_SKILLS, Skills.of({"probe": 1})):
                _try(f"fit policy of {self.name}", self.fit, held, NO_SKILLS)


def _try(policy: str, function: Callable[..., object], *arguments: object) -> None:
    try:
        answer = function(*arguments)
    except Exception as problem:
        raise policy_fault(policy, problem) from problem
    checked_rank(policy, answer)


STOCK_SELECTIONS = {
    selection.name: selection
    for selection in (
        Selection(name="longest-idle"),
        Selection(name="least-loaded", turn="least-loaded"),
        Selection(name="most-skilled", fit="most-skilled"),
        Selection(name="closest-fit", fit="closest-fit"),
        Selection(name="linear", turn="linear"),
        Selection(name="round-robin", turn="round-robin"),
        Selection(name="fewest-taken", turn="fewest-taken"),
        Selection(name="least-busy", turn="least-busy"),
    )
}
