"""Listeners over events: what happened, measured and judged apart from the engine.

- listen: any function, or an `EventListener` with a method for each event it wants
- who waited, who answered, how it ended: `Lives`, and on them `Ledger` (a row a contact) and
  `Workload` (time by agent)
- measure: `MEASURES` (every formula, a `Measure` each), `ContactMeasures`, `GroupMeasures`
- while it happens: `LiveStatistics`; `HoldingTimes`, from which waits are estimated
- judge: `FairnessJudge` (a `Verdict`)
- keep and read back: `EventWriter`, `EventReader`
- audit what was kept: `audited` (an `AuditResult`)
"""

from omniqueue.faces import face

__getattr__, __dir__ = face(__name__)
