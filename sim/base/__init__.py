"""What every room uses: errors, located YAML, time, random numbers, text escape. Imports nothing of ours."""
