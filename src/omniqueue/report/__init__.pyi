from omniqueue.report.audit_tables import audit_json as audit_json, audit_lines as audit_lines
from omniqueue.report.comparison_tables import (
    comparison_lines as comparison_lines,
    comparison_verdict as comparison_verdict,
)
from omniqueue.report.page import report_page as report_page, write_report as write_report
from omniqueue.report.route_tables import route_lines as route_lines
from omniqueue.report.simulation_tables import simulation_lines as simulation_lines
from omniqueue.report.staffing_tables import (
    staffing_lines as staffing_lines,
    staffing_verdict as staffing_verdict,
)
from omniqueue.report.validation_tables import validation_lines as validation_lines
from omniqueue.report.whatif_tables import whatif_lines as whatif_lines
