"""What a policy may answer: a number or a tuple of numbers; and the errors for all else."""

from __future__ import annotations

from math import inf

from omniqueue.errors import PolicyError
from omniqueue.model.event import Rank

RANK_PARTS_MAX = 16


def checked_rank(policy: str, answer: object) -> tuple[float, ...]:
    """Return a policy's answer as a tuple of numbers, or name the policy in a PolicyError.

    Example:
        >>> checked_rank("order mine", 3), checked_rank("order mine", (1, 2.5))
        ((3,), (1, 2.5))
    """
    parts = answer if isinstance(answer, tuple) else (answer,)
    if 0 < len(parts) <= RANK_PARTS_MAX and all(map(_is_number, parts)):
        return parts
    if hasattr(answer, "close") and hasattr(answer, "send"):
        answer.close()  # a coroutine; closed so that Python does not warn of it later
    answered = f"some {type(answer).__name__}" if isinstance(answer, str) else answer
    raise PolicyError(
        policy, answered, "a rank: a number or a tuple of numbers, no NaN, none below -1e308"
    )


def _is_number(part: object) -> bool:
    if not isinstance(part, int | float) or isinstance(part, bool):
        return False
    if isinstance(part, int):
        return part.bit_length() <= 1023  # comparable with every float
    return -inf < part <= inf


def policy_fault(policy: str, problem: Exception) -> PolicyError:
    """Return the error for a policy that raised."""
    return PolicyError.raised(policy, problem, "a rank, not an exception")


__all__ = ["Rank", "checked_rank", "policy_fault"]
