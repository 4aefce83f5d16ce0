"""Simulation and routing of logs: chance and calendars around the engine.

- describe customers: `Scenario`, `Stream`, `Redial`; when they come: `Poisson` with `Rate` and
  `Busyness`, `RateFunction` or `Trace`
- describe who answers, and when: `Group`, `Level`, `ShiftPlan`, `Break`, `Hours`
- how long things take: `Constant`, `Exponential`, `Lognormal`, `Gamma`, `Erlang`, `Uniform`,
  `Weibull`, `Triangular`, `Hyperexponential`, `Empirical`, `Mixture` of `Share`s, `ByInterval`,
  a frozen law of scipy.stats as it is, or a subclass of `Times`
- read files: `read_scenario`, `read_log`, `read_staff` (a `Staff`)
- simulate: `simulate` (a `SimulationResult` of `Estimate`s); one run, contact by contact:
  `run_replication` (a `ReplicationRecord`); intervals of one's own figures:
  `mean_interval`, `ratio_interval`
- compare and search: `compare` (a `Comparison`), `find_staffing` (a `StaffingPlan` that meets each
  `Target`)
- with a recorded log: `route_log` (a `RoutedLog`), `what_if` with a `StaffChange` (a `WhatIf`)
- is the simulator right: `validate` (a `Validation`)

The folders, in the order in which they may import: `logs`; `scenarios`; `replication` (one run);
`runs` (many runs, estimates); `studies` and `validation`.

Example:
    >>> from omniqueue.sim import Exponential, Group, Poisson, Rate, Scenario, Stream, simulate
    >>> calls = Stream(
    ...     "calls", channel="phone", arrivals=Poisson([Rate(50)]), handling=Exponential(60)
    ... )
    >>> day = Scenario(streams=[calls], groups=[Group("desk", count=2)], horizon_seconds=86400)
    >>> round(simulate(day, replications=20).estimate("mean_wait").value)  # Erlang C: 12.6 s
    12
"""

from omniqueue.faces import face

__getattr__, __dir__ = face(__name__)
