from omniqueue.play.commands import perform as perform
from omniqueue.play.document import (
    Entrance as Entrance,
    Expectation as Expectation,
    Outcome as Outcome,
    Play as Play,
    Rejection as Rejection,
    Step as Step,
)
from omniqueue.play.reading import parse_play as parse_play, read_play as read_play
from omniqueue.play.running import first_difference as first_difference, run_play as run_play
