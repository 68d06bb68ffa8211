"""`python -m steward.interfaces.cli` is `steward`."""

import sys

from steward.interfaces.cli import main

if __name__ == "__main__":
    sys.exit(main())
