"""The site in one file and back: rows and attached files, of either database, into either database.

A backup has the rows as values, not as a copy of the database: restoring makes the tables as they were by the
migrations that they had, fills them, and then migrates on to what this version has.
"""
