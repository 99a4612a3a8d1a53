"""What a text says beside its words: form of address, private data, urgency, by rules that can be read."""
