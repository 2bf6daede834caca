"""Count words."""

from tally._tally import count

__all__ = ["count"]
__version__ = "0.6.0"
