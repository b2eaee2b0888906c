"""The description of the API for programs and, as a page to read and to try, for people."""
