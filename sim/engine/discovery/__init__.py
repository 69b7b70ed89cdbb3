"""Traffic in, discovery reports out: which cloud apps are used, by whom, and how much."""
