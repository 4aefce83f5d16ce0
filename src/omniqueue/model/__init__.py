"""The nouns: channel, skill, contact, agent, event. Frozen values, validated once, when made."""

from omniqueue.model.agent import Agent, Presence
from omniqueue.model.channel import STOCK_CHANNELS, Channel
from omniqueue.model.contact import Contact, Preference, RelaxStep
from omniqueue.model.skill import NO_SKILLS, Skills

__all__ = [
    "NO_SKILLS",
    "STOCK_CHANNELS",
    "Agent",
    "Channel",
    "Contact",
    "Preference",
    "Presence",
    "RelaxStep",
    "Skills",
]
