"""What a text says beside its words: the form of address and private data, found by rules that can be read."""
