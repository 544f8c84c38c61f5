"""WhisperVQ: speech to 12.5 codes a second, under the published names."""
