"""Frozen rows of what a screen or a report shows. Product views hold only what that portal shows by now.

Every function takes a session and returns frozen values; the TUI draws them, the command line prints them.
"""
