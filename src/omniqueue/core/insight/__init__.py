"""What people ask a router: views, positions, explanations, estimates, forks, certificates.

The machine does not need any of it: only the router's public face imports from here.
"""
