"""Strategies of hypothesis: contacts, agents, plays, and routers in the states they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from omniqueue.core.router import Router
from omniqueue.errors import MissingExtraError
from omniqueue.model.agent import Agent
from omniqueue.model.checks import whole
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.event import JsonValue
from omniqueue.testing.drawing import (
    CASES_MAX,
    CHANNEL_NAMES,
    ODD_IDS,
    SKILL_NAMES,
    Pick,
    Writer,
    abilities,
    contact_said,
    names,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_T = TypeVar("_T")


def contacts(
    *, channels: Sequence[str] = CHANNEL_NAMES, skills: Sequence[str] = SKILL_NAMES
) -> SearchStrategy[Contact]:
    """Return a hypothesis strategy of contacts that arrived at 0 or before, if they say when.

    Args:
        channels: names of the channels they are on.
        skills: names of the skills they may need.

    Raises:
        MissingExtraError: hypothesis is not installed.

    Cost: O(skills) for each contact.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, database=None)
        ... @given(contacts(channels=["fax"]))
        ... def on_fax(contact):
        ...     assert contact.channel == "fax"
        >>> on_fax()
    """
    ids = (*names("c", 100), *ODD_IDS)

    def made(pick: Pick) -> Contact:
        return _contact(contact_said(pick, ids, channels, skills, ("ana", "bo"), 0.0))

    return _strategy(made)


def agents(
    *, channels: Sequence[str] = CHANNEL_NAMES, skills: Sequence[str] = SKILL_NAMES
) -> SearchStrategy[Agent]:
    """Return a hypothesis strategy of agents, some of whom can take nothing.

    Args:
        channels: names of the channels they may take or limit.
        skills: names of the skills they may have.

    Raises:
        MissingExtraError: hypothesis is not installed.

    Cost: O(skills + channels) for each agent.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, database=None)
        ... @given(agents(skills=[]))
        ... def unskilled(agent):
        ...     assert not agent.skills
        >>> unskilled()
    """

    def made(pick: Pick) -> Agent:
        said = abilities(pick, channels, skills)
        return Agent(pick((*names("a", 20), *ODD_IDS)), **said)  # type: ignore[arg-type]

    return _strategy(made)


def plays(*, steps_max: int = 20) -> SearchStrategy[dict[str, JsonValue]]:
    """Return a hypothesis strategy of valid plays (`omniqueue-play/1`) in small worlds.

    Most steps are legal where they stand; some are refused, as in life.

    Args:
        steps_max: the most steps of a play (from 0).

    Raises:
        MissingExtraError: hypothesis is not installed.
        InvalidValueError: `steps_max` out of range.

    Cost: runs every play once while it is drawn.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, database=None)
        ... @given(plays(steps_max=3))
        ... def short(play):
        ...     assert len(play["steps"]) <= 3
        >>> short()
    """
    most = whole("steps_max", steps_max, 0, CASES_MAX)
    return _strategy(lambda pick: Writer(pick, most).play)


def routers(*, steps_max: int = 20) -> SearchStrategy[Router]:
    """Return a hypothesis strategy of routers in states that some play has led to.

    Args:
        steps_max: the most commands behind a router (from 0), its first agents not counted.

    Raises:
        MissingExtraError: hypothesis is not installed.
        InvalidValueError: `steps_max` out of range.

    Cost: that of the commands.

    Example:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=5, database=None)
        ... @given(routers())
        ... def sound(router):
        ...     router.check()
        >>> sound()
    """
    most = whole("steps_max", steps_max, 0, CASES_MAX)
    return _strategy(lambda pick: Writer(pick, most).router)


def _strategy(make: Callable[[Pick], _T]) -> SearchStrategy[_T]:
    """Return the strategy of what `make` builds from picks; each shrinks to its first options."""
    try:
        from hypothesis import strategies as st
    except ImportError:
        raise MissingExtraError("strategies", "hypothesis", "pip install hypothesis") from None

    @st.composite
    def drawn(draw: DrawFn) -> _T:
        return make(lambda options: draw(st.sampled_from(options)))

    return drawn()


def _contact(said: Mapping[str, JsonValue]) -> Contact:
    fields: dict[str, object] = dict(said)
    if isinstance(prefer := said.get("prefer"), Mapping):
        fields["prefer"] = Preference(**prefer)  # type: ignore[arg-type]
    if isinstance(relax := said.get("relax"), list):
        fields["relax"] = [RelaxStep(**step) for step in relax]  # type: ignore[arg-type]
    return Contact(**fields)  # type: ignore[arg-type]
