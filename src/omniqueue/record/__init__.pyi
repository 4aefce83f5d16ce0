from omniqueue.record.audit import AuditResult as AuditResult, audited as audited
from omniqueue.record.event_lines import EventWriter as EventWriter
from omniqueue.record.event_reading import EventReader as EventReader
from omniqueue.record.fairness import FairnessJudge as FairnessJudge
from omniqueue.record.holding_times import HoldingTimes as HoldingTimes
from omniqueue.record.ledger import Ledger as Ledger
from omniqueue.record.listener import EventListener as EventListener
from omniqueue.record.live_statistics import LiveStatistics as LiveStatistics
from omniqueue.record.lives import Lives as Lives
from omniqueue.record.measures import (
    MEASURES as MEASURES,
    ContactMeasures as ContactMeasures,
    GroupMeasures as GroupMeasures,
    Measure as Measure,
)
from omniqueue.record.verdict import Verdict as Verdict
from omniqueue.record.workload import Workload as Workload
