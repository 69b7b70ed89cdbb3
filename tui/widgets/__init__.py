"""Widgets that know nothing of the simulation: they draw rows, lines and prompts."""
