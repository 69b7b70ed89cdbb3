"""The shipped scenarios and the help articles that can be read in play: data, no code."""
