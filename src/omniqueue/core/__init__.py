"""The machine: a deterministic state machine without clock, chance, thread, file or network.

One contact's walk, in file order: `lifecycle` (what may happen when), `lanes` (where it waits),
`roster` (who could take it), `matching` (who does), `offers`, `reservations`, `timers`, and
`router`, the public face and the only writer. What people ask of it is in `insight`.
"""
