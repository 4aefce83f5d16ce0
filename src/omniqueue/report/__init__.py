"""What people look at: every result as lines of text, a simulation also as a page.

- lines of text: `route_lines`, `whatif_lines`,
  `audit_lines`, `simulation_lines`, `comparison_lines`, `staffing_lines`, `validation_lines`
- a verdict in sentences: `comparison_verdict`, `staffing_verdict`
- JSON: `audit_json` (other results have a method to_dict)
- a page (extra plot): `write_report`, `report_page`

Inside: `tables` (columns, most of them rows of `omniqueue.record.MEASURES`) and `formats`
(numbers, times, intervals) print; a page's figures are listed in `figures.SECTIONS`, its key
figures in `key_figures.KEY_COLUMNS`; `charts`, `axes`, `svg` and `palette` draw them.
"""

from omniqueue.faces import face

__getattr__, __dir__ = face(__name__)
