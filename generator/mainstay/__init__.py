"""mainstay: maintenance and incident response that is alive, not on paper."""

__version__ = "0.1.0"
