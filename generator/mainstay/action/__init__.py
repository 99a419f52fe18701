"""The companion Action: reads its inputs, calls the facades that the command line calls, and tells GitHub."""
