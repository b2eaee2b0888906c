"""The pages: parse, ask `chat.access` or `chat.service`, render. Never a query around `chat.access`."""
