"""Full-text search over titles and messages, in any language: the same on SQLite and on PostgreSQL.

Texts are folded and cut into words here, so that both databases hold and look up the same. Only what
has ended, is not hidden and is kept at all is in the index.
"""
