"""Make the shipped log `desk_log.csv`: two made-up days of a blended desk, from a seed.

    python examples/make_log.py > examples/desk_log.csv

The same seed gives the same file, byte for byte.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import datetime, timedelta

SEED = 7
DAYS = (datetime(2024, 5, 6), datetime(2024, 5, 7))  # a Monday and a Tuesday
# Contacts expected in each hour of the day: quiet nights, a late morning peak, an evening hump.
HOURS = (
    *(2, 1, 1, 1, 2, 5, 16, 48, 104, 148, 165, 158),
    *(128, 122, 131, 126, 112, 88, 66, 48, 34, 20, 9, 5),
)
CHANNELS = {"phone": 0.52, "chat": 0.17, "email": 0.18, "web": 0.10, "fax": 0.03}
TOPICS = {"orders": 0.40, "billing": 0.27, "technical": 0.21, "returns": 0.12}
LANGUAGES = {"english": 0.78, "french": 0.14, "polish": 0.08}
PRIORITIES = {0: 0.90, 1: 0.08, 2: 0.02}


def arrivals(rng: random.Random) -> list[datetime]:
    """Return arrival times to the second: a Poisson stream with a rate for each hour."""
    found = []
    for day in DAYS:
        for hour, expected in enumerate(HOURS):
            seconds = rng.expovariate(expected / 3600)
            while seconds < 3600:
                found.append(day + timedelta(hours=hour, seconds=int(seconds)))
                seconds += rng.expovariate(expected / 3600)
    return found


def main() -> None:
    """Write the log to standard output."""
    rng = random.Random(SEED)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("id", "time", "channel", "topic", "language", "priority"))
    for number, moment in enumerate(arrivals(rng), start=1):
        (channel,) = rng.choices(list(CHANNELS), list(CHANNELS.values()))
        (topic,) = rng.choices(list(TOPICS), list(TOPICS.values()))
        (language,) = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))
        (priority,) = rng.choices(list(PRIORITIES), list(PRIORITIES.values()))
        row = (f"c{number:04}", moment.isoformat(), channel, topic, language, priority)
        writer.writerow(row)


if __name__ == "__main__":
    main()
