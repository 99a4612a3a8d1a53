"""The shell: everything that remembers, runs or shows. One Django app, one migration chain."""
