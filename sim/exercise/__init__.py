"""What makes a session an exercise: reference players, objectives, score."""
