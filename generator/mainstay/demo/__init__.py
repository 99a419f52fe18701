"""The demo: the whole loop once, on a real repository and a real PostgreSQL, with nothing left behind."""

from mainstay.demo.run import run_demo
from mainstay.demo.stores import folder_store, s3_store
from mainstay.demo.verdict import Verdict

__all__ = ["Verdict", "folder_store", "run_demo", "s3_store"]
