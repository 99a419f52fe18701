"""Edges to the outside: processes, git, the clock, GitHub. Domains see Protocols or plain functions."""
