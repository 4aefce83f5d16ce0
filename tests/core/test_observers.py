"""Observers are told by kind, in order; one that fails is switched off and reported once."""

from __future__ import annotations

from functools import partial

import pytest

from omniqueue import Agent, Assigned, Contact, Event, Router
from omniqueue.errors import InvalidValueError, ReentrantCallError


def busy_router() -> Router:
    router = Router()
    router.add_agent(Agent("ana"), at=0)
    return router


def test_a_hook_is_told_of_the_kinds_it_asked_for_in_order() -> None:
    router = busy_router()
    seen: list[str] = []
    router.observe(lambda event: seen.append(event.name), "queued", Assigned)
    router.submit(Contact("c1", "fax"), at=1)
    router.submit(Contact("c2", "fax"), at=2)
    router.complete("c1", at=3)
    assert seen == ["queued", "assigned", "queued", "assigned"]


def test_a_hook_without_kinds_is_told_of_everything_the_command_returns() -> None:
    router = busy_router()
    seen: list[Event] = []
    router.observe(seen.append)
    returned = [*router.submit(Contact("c1", "fax"), at=1), *router.complete("c1", at=3)]
    assert seen == returned
    assert len(seen) == 3


def test_a_hook_that_raises_is_switched_off_and_reported_once() -> None:
    router = busy_router()

    def breaks(event: Event) -> None:
        raise KeyError(event.name)

    router.observe(breaks, "queued")
    first = router.submit(Contact("c1", "fax"), at=1)
    second = router.submit(Contact("c2", "fax"), at=2)
    assert [event.name for event in first] == ["queued", "assigned", "observer_failed"]
    assert first[-1].to_dict()["problem"] == "KeyError"
    assert [event.name for event in second] == ["queued"]
    router.check()


def test_a_hook_may_not_command_the_router_that_tells_it() -> None:
    router = busy_router()
    refused: list[Exception] = []

    def meddles(event: Event) -> None:
        try:
            router.submit(Contact("c9", "fax"), at=event.at)
        except ReentrantCallError as error:
            refused.append(error)

    router.observe(meddles, "queued")
    router.submit(Contact("c1", "fax"), at=1)
    assert len(refused) == 1
    assert list(router.contacts) == ["c1"]
    assert router.now == 1.0


def test_a_hook_can_be_taken_back() -> None:
    router = busy_router()
    seen: list[Event] = []
    router.observe(seen.append)
    router.stop_observing(seen.append)
    router.submit(Contact("c1", "fax"), at=1)
    assert seen == []


@pytest.mark.parametrize("event", ["assignd", int, None])
def test_an_unknown_event_is_refused(event: object) -> None:
    with pytest.raises(InvalidValueError, match="^event is "):
        busy_router().observe(print, event)  # type: ignore[arg-type]


def test_the_others_hear_that_an_observer_failed() -> None:
    made = Router()
    heard: list[str] = []

    def frail(event: Event) -> None:
        raise OSError("a closed socket")

    def frail_too(event: Event) -> None:
        raise RuntimeError

    made.observe(frail, "queued")
    made.observe(frail_too, "observer_failed")
    made.observe(lambda event: heard.append(event.to_dict()["observer"]), "observer_failed")  # type: ignore[arg-type]
    events = made.submit(Contact("c", "fax"), at=1)
    assert [event.name for event in events][-2:] == ["observer_failed", "observer_failed"]
    assert [name.rsplit(".")[-1] for name in heard] == ["frail", "frail_too"]
    made.submit(Contact("d", "fax"), at=2)
    assert len(heard) == 2


def test_a_coroutine_function_is_refused() -> None:
    async def told(event: Event) -> None: ...

    class Asked:
        async def __call__(self, event: Event) -> None: ...

    made = Router()
    for hook in (told, partial(told), Asked()):
        with pytest.raises(InvalidValueError, match="plain function"):
            made.observe(hook)  # type: ignore[arg-type]
