"""The `unsanctioned` command: a module for each subcommand, all of them registered in `main.py`."""
