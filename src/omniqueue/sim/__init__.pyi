from omniqueue.centre.groups import (
    Break as Break,
    Group as Group,
    Level as Level,
    ShiftPlan as ShiftPlan,
)
from omniqueue.centre.times import (
    ByInterval as ByInterval,
    Constant as Constant,
    Empirical as Empirical,
    Erlang as Erlang,
    Exponential as Exponential,
    Gamma as Gamma,
    Hyperexponential as Hyperexponential,
    Lognormal as Lognormal,
    Mixture as Mixture,
    Share as Share,
    Times as Times,
    Triangular as Triangular,
    Uniform as Uniform,
    Weibull as Weibull,
)
from omniqueue.centre.week import Hours as Hours
from omniqueue.sim.logs.contact_log import read_log as read_log
from omniqueue.sim.logs.staff_file import Staff as Staff, read_staff as read_staff
from omniqueue.sim.replication.loop import run_replication as run_replication
from omniqueue.sim.replication.replication_record import ReplicationRecord as ReplicationRecord
from omniqueue.sim.runs.estimates import (
    Estimate as Estimate,
    mean_interval as mean_interval,
    ratio_interval as ratio_interval,
)
from omniqueue.sim.runs.replications import simulate as simulate
from omniqueue.sim.runs.results import SimulationResult as SimulationResult
from omniqueue.sim.scenarios.arrivals import (
    Busyness as Busyness,
    Poisson as Poisson,
    Rate as Rate,
    RateFunction as RateFunction,
    Trace as Trace,
)
from omniqueue.sim.scenarios.file import read_scenario as read_scenario
from omniqueue.sim.scenarios.scenario import (
    Redial as Redial,
    Scenario as Scenario,
    Stream as Stream,
)
from omniqueue.sim.studies.comparison import Comparison as Comparison, compare as compare
from omniqueue.sim.studies.routed_log import RoutedLog as RoutedLog, route_log as route_log
from omniqueue.sim.studies.staff_search import find_staffing as find_staffing
from omniqueue.sim.studies.staffing_plan import StaffingPlan as StaffingPlan
from omniqueue.sim.studies.targets import Target as Target
from omniqueue.sim.studies.what_if import (
    StaffChange as StaffChange,
    WhatIf as WhatIf,
    what_if as what_if,
)
from omniqueue.sim.validation.validation import Validation as Validation, validate as validate
