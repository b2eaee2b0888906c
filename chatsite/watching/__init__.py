"""Watching the server: is it alive, is it ready, what has it done; and what each request was, in the log."""
