"""What a repository is made of; every conclusion carries the file that proves it."""

from mainstay.stack.describe import describe_stack
from mainstay.stack.detect import detect_stack
from mainstay.stack.model import Ecosystem, Evidence, Part, Stack
from mainstay.stack.tree import GitTree, LocalTree, MemoryTree, RepoTree

__all__ = [
    "Ecosystem",
    "Evidence",
    "GitTree",
    "LocalTree",
    "MemoryTree",
    "Part",
    "RepoTree",
    "Stack",
    "describe_stack",
    "detect_stack",
]
