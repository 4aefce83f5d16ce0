"""Drive the router live: an asyncio loop around an engine that has no clock of its own.

    python live_desk.py           a clock that jumps from event to event: the same every time
    python live_desk.py --real    the clock of this machine: takes two seconds

The application says when things happen, does what the events say, and wakes the router when its
next timer is due. Times are short, so that two seconds show offers taken and missed, work after
the call, an agent who is set away and a caller who gives up.
"""

from __future__ import annotations

import asyncio
import selectors
import sys

from omniqueue import Agent, Assigned, Channel, Contact, Event, Events, Offered, Router
from omniqueue.events import PresenceSet

REACTIONS = {"ana": 0.05, "ben": 0.30}  # seconds until an agent accepts; ben is too slow
TALKING = {"phone": 0.35, "chat": 0.42, "email": 0.2}
BREAK_SECONDS = 0.3  # how long one stays away who missed an offer
CUSTOMERS = [  # when, channel, patience
    (0.1, "phone", 1.0),
    (0.2, "chat", 1.0),
    (0.3, "phone", 1.5),
    (0.4, "phone", 0.53),
    (0.45, "email", 1.5),
]


class Desk:
    """A router on the clock of the running loop."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.loop = asyncio.get_running_loop()
        self.started = self.loop.time()
        self.tasks = tasks
        self.alarm: asyncio.TimerHandle | None = None
        self.router = Router(
            channels=[Channel("phone", offer_seconds=0.2, wrap_up_seconds=0.1, retry_seconds=0.5)]
        )

    def now(self) -> float:
        """Return the time; never earlier than the router's, which refuses to go back."""
        return max(self.loop.time() - self.started, self.router.now)

    def tell(self, events: Events) -> None:
        """Do what the events say, then set the alarm for the router's next timer."""
        for event in events:
            show(event)
            if isinstance(event, Offered):
                self.tasks.create_task(self.react(event))
            elif isinstance(event, Assigned):
                self.tasks.create_task(self.talk(event.contact))
            elif isinstance(event, PresenceSet) and event.state == "away":
                self.tasks.create_task(self.come_back(event.agent))
        if self.alarm is not None:
            self.alarm.cancel()
        due = self.router.next_timer
        self.alarm = None if due is None else self.loop.call_at(self.started + due, self.wake, due)

    def wake(self, due: float) -> None:
        self.tell(self.router.advance(at=max(self.now(), due)))

    async def react(self, offer: Offered) -> None:
        """Accept an offer, if it still stands when the agent looks at it."""
        await asyncio.sleep(REACTIONS[offer.agent])
        contact = self.router.contacts[offer.contact]
        if contact.state == "offered" and contact.agent == offer.agent:
            self.tell(self.router.accept(offer.contact, offer.agent, at=self.now()))

    async def talk(self, contact: str) -> None:
        await asyncio.sleep(TALKING[self.router.contacts[contact].channel])
        self.tell(self.router.complete(contact, at=self.now()))

    async def come_back(self, agent: str) -> None:
        await asyncio.sleep(BREAK_SECONDS)
        self.tell(self.router.set_presence(agent, "ready", at=self.now()))

    async def customer(self, number: int, after: float, channel: str, patience: float) -> None:
        """Call or write, and give up when nobody has answered in time."""
        await asyncio.sleep(after)
        name = f"{channel}-{number}"
        self.tell(self.router.submit(Contact(name, channel), at=self.now()))
        await asyncio.sleep(patience)
        if self.router.contacts[name].state in ("waiting", "offered"):
            self.tell(self.router.abandon(name, at=self.now()))


def show(event: Event) -> None:
    """Print an event: when, what, whom it concerns."""
    said = event.to_dict()
    about = [
        str(said[name]) for name in ("contact", "agent", "presence", "state") if said.get(name)
    ]
    print(f"{event.at:5.2f} {event.name:<14} {' '.join(about)}".rstrip())


async def day() -> None:
    """Let two seconds pass at the desk."""
    async with asyncio.TaskGroup() as tasks:
        desk = Desk(tasks)
        for name in REACTIONS:
            desk.tell(desk.router.add_agent(Agent(name), at=desk.now()))
        for number, (after, channel, patience) in enumerate(CUSTOMERS, start=1):
            tasks.create_task(desk.customer(number, after, channel, patience))
        await asyncio.sleep(2)
        counts = desk.router.statistics().contacts
        print("after two seconds:", {state: count for state, count in counts.items() if count})


class Jumps(selectors.SelectSelector):
    """Instead of waiting for a time, jumps to it."""

    time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.time += timeout or 0.0
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next thing to do: two seconds take none."""

    def __init__(self) -> None:
        self.jumps = Jumps()
        super().__init__(self.jumps)

    def time(self) -> float:
        return self.jumps.time


if __name__ == "__main__":
    real = sys.argv[1:] == ["--real"]
    with asyncio.Runner(loop_factory=None if real else JumpingLoop) as runner:
        runner.run(day())
