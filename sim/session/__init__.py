"""The driver: clock, commands, run file. Commands are the only way to change a session."""
