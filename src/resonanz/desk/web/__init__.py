"""Pages: one file a page area. They read, ask the verbs to write, and draw; nothing else."""
