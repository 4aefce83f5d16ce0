"""A naive router with shorthand for tests."""

from __future__ import annotations

from typing import Any

import pytest

from oracle.naive_router import NaiveRouter, Refused
from oracle.naive_values import Json

CHAT_OFFER: Json = {"chat": {"offer_seconds": 10}}


class World(NaiveRouter):
    """A router with shorthand for tests: agents by keyword, events as short strings."""

    def agent(self, agent_id: str, at: float = 0, **fields: Any) -> list[str]:
        """Add an agent."""
        return self.do("add_agent", at, agent={"id": agent_id, **fields})

    def new(self, contact_id: str, at: float = 0, channel: str = "phone", **f: Any) -> list[str]:
        """Submit a contact."""
        return self.do("submit", at, contact={"id": contact_id, "channel": channel, **f})

    def do(self, do: str, at: float, *contact: str, **fields: Any) -> list[str]:
        """Run a command; events as "event contact agent by other@at", the parts there are."""
        for name in contact:
            fields["contact"] = name
        shown = []
        for event in self.step(do, at, **fields):
            parts = [event["event"], event.get("contact"), event.get("agent")]
            parts += ["by", event["by"]] if "by" in event else []
            shown.append(" ".join(part for part in parts if part) + f"@{event['at']:g}")
        return shown

    def refused(self, do: str, at: float, *contact: str, **fields: Any) -> str:
        """Run a command that must be refused; return the error's name."""
        with pytest.raises(Refused) as caught:
            self.do(do, at, *contact, **fields)
        return caught.value.error_name
