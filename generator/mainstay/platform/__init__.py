"""Edges to the outside: processes, git, the clock, GitHub. Domains see them as Protocols or plain functions."""
