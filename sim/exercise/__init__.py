"""What makes a session an exercise: reference players, the score, the proof of fairness, the debrief."""
