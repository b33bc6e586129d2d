"""One module per verb. Each observes through the ports, plans with pure functions, and applies the plan."""
