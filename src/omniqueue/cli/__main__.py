"""`python -m omniqueue.cli`."""

import sys

from omniqueue.cli.main import main

sys.exit(main())
