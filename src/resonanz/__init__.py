"""Resonanz: a self-hosted desk for the dialogue between companies and their customers."""
