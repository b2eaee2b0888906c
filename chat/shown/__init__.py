"""A conversation as pages show it: its branch, a part of that, its messages in words. No request, no row."""
