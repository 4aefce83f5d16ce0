from omniqueue.testing.conformance import (
    check_fit as check_fit,
    check_order as check_order,
    check_own_order as check_own_order,
    check_turn as check_turn,
)
from omniqueue.testing.strategies import (
    agents as agents,
    contacts as contacts,
    plays as plays,
    routers as routers,
)
