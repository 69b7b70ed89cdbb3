"""The discovery and policy engine: works on real logs with no simulation running; time is an argument."""
