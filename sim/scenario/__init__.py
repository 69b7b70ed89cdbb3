"""Scenario files: what an author may say, checked with located errors; era profiles."""
