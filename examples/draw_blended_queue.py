"""Draw what blending does: one queue in arrival order against calls first, e-mail when idle.

Both sides are routed by the same engine: one agent, three minutes a contact, the same fourteen
contacts. Prints an SVG picture; the README shows it.
"""

from __future__ import annotations

from omniqueue import Agent, Assigned, Contact, EnteringContact, Router

ARRIVALS = [
    (0, "phone"), (1, "phone"), (2, "email"), (3, "phone"), (4, "fax"), (6, "phone"),
    (8, "email"), (10, "phone"), (13, "phone"), (15, "fax"), (17, "phone"), (20, "email"),
    (23, "phone"), (26, "phone"),
]  # fmt: skip
HANDLING_MINUTES = 3
COLOURS = {"phone": "#3b6ea8", "email": "#d9822b", "fax": "#5a8f4e"}
ROW, TOP, LEFT, RIGHT, WIDTH = 22, 76, 70, 250, 820
FONT = 'font-family="sans-serif" font-size="12" fill="#222"'


def calls_first(contact: EnteringContact) -> float:
    """Rank calls before all else: e-mail and fax wait until no call does."""
    return 0 if contact.channel == "phone" else 1


def answered(router: Router) -> list[tuple[float, str]]:
    """Route the fourteen contacts; return (minute, contact) in the order of answering."""
    router.add_agent(Agent("ana"), at=0)
    found: list[tuple[float, str]] = []
    arrivals = [(float(at), f"{index}-{channel}") for index, (at, channel) in enumerate(ARRIVALS)]
    busy_until, current = -1.0, ""
    while arrivals or current:
        if current and (not arrivals or busy_until <= arrivals[0][0]):
            events, current = router.complete(current, at=busy_until), ""
        else:
            at, name = arrivals.pop(0)
            events = router.submit(Contact(name, name.split("-")[1]), at=at)
        for taken in events.of(Assigned):
            current, busy_until = taken.contact, taken.at + HANDLING_MINUTES
            found.append((taken.at, taken.contact))
    return found


def side(x: int, title: str, order: list[tuple[float, str]]) -> list[str]:
    """Draw one side: arrivals on the left, answers on the right, a line for each contact."""
    lines = [f'<text x="{x + LEFT}" y="26" class="title">{title}</text>']
    lines.append(f'<text x="{x + LEFT}" y="52" text-anchor="end" class="head">arrived</text>')
    lines.append(f'<text x="{x + RIGHT}" y="52" class="head">answered</text>')
    rows = {name: row for row, (_, name) in enumerate(order)}
    minutes = {name: at for at, name in order}
    for index, (at, channel) in enumerate(ARRIVALS):
        name = f"{index}-{channel}"
        y, end = TOP + index * ROW, TOP + rows[name] * ROW
        colour = COLOURS[channel]
        lines.append(f'<text x="{x + LEFT - 10}" y="{y + 4}" text-anchor="end">{at} min</text>')
        lines.append(f'<circle cx="{x + LEFT}" cy="{y}" r="5" fill="{colour}"/>')
        lines.append(
            f'<line x1="{x + LEFT}" y1="{y}" x2="{x + RIGHT}" y2="{end}"'
            f' stroke="{colour}" stroke-width="2"/>'
        )
        lines.append(f'<circle cx="{x + RIGHT}" cy="{end}" r="5" fill="{colour}"/>')
        waited = minutes[name] - at
        lines.append(
            f'<text x="{x + RIGHT + 12}" y="{end + 4}">{channel}, waited {waited:g} min</text>'
        )
    return lines


def picture() -> str:
    """Return the whole picture as SVG."""
    height = TOP + len(ARRIVALS) * ROW + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        "<style>.title{font-size:16px;font-weight:bold}.head{fill:#666}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    lines += side(0, "One queue, in order of arrival", answered(Router()))
    lines += side(410, "Calls first, the rest when idle", answered(Router(order=calls_first)))
    for index, (channel, colour) in enumerate(COLOURS.items()):
        x = LEFT + index * 90
        lines.append(f'<circle cx="{x}" cy="{height - 22}" r="5" fill="{colour}"/>')
        lines.append(f'<text x="{x + 12}" y="{height - 18}">{channel}</text>')
    lines.append("</svg>")
    return "\n".join(lines)


if __name__ == "__main__":
    print(picture())
