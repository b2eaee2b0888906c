"""Narrow rows about conversations and completions, made for reviewers' filters and figures."""
