"""Where the words are kept, which Django's models cannot say: made by a migration, on both databases.

SQLite: an FTS5 table, by the ids of the entries; a trigger takes the words of an entry away with it,
whoever deletes it. PostgreSQL: a `tsvector` beside the entry, with a GIN index.
"""

from typing import Final

SQLITE: Final = (
    # Our words hold no sign that the tokenizer could stumble over: for it, all but a space is a letter.
    """
    CREATE VIRTUAL TABLE chat_search_words USING fts5(
        owner, words,
        tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'",
        prefix = '1 2 3', columnsize = 0
    )
    """,
    """
    CREATE TRIGGER chat_search_forget AFTER DELETE ON chat_searchentry
    BEGIN DELETE FROM chat_search_words WHERE rowid = old.id; END
    """,
)
SQLITE_UNDONE: Final = ("DROP TRIGGER chat_search_forget", "DROP TABLE chat_search_words")
POSTGRESQL: Final = (
    "ALTER TABLE chat_searchentry ADD COLUMN words tsvector NOT NULL",
    # How often a word stands decides between looking it up and reading the newest texts.
    "ALTER TABLE chat_searchentry ALTER COLUMN words SET STATISTICS 1000",
    "CREATE INDEX search_entry_words ON chat_searchentry USING gin (words)",
)
POSTGRESQL_UNDONE: Final = ("ALTER TABLE chat_searchentry DROP COLUMN words",)
