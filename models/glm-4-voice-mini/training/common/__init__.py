"""What every part of the recipe shares: stages, sound, spectrograms, checkpoints, schedules."""
