"""Every fault of every simulated network against a desk that listens and answers there."""
