"""What people look at: every result as lines of text, a simulation also as a page.

Lines of text, one function a result:
    `route_tables.route_lines`, `whatif_tables.whatif_lines`, `audit_tables.audit_lines`,
    `simulation_tables.simulation_lines`, `comparison_tables.comparison_lines`,
    `staffing_tables.staffing_lines`, `validation_tables.validation_lines`

A verdict in sentences:
    `comparison_tables.comparison_verdict`, `staffing_tables.staffing_verdict`

A page (extra `plot`):
    `page.write_report`, `page.report_page`; its figures are listed in `figures.SECTIONS`, its
    key figures in `key_figures.KEY_COLUMNS`

What they are made with:
    `tables` (columns, most of them rows of `omniqueue.record.measures.MEASURES`), `formats`
    (numbers, times, intervals), `charts`, `axes`, `svg`, `palette`
"""
