"""`python -m omniqueue`."""

import sys

from omniqueue.cli.main import main

sys.exit(main())
