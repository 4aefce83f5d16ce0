"""A conformance kit for users' own policies, and hypothesis strategies for property tests.

- check a policy of one's own: `check_order`, `check_fit`, `check_turn`,
  `check_own_order`
- strategies (they need hypothesis, which they import when called): `contacts`, `agents`, `plays`,
  `routers`
"""

from omniqueue.faces import face

__getattr__, __dir__ = face(__name__)
