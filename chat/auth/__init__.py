"""Who calls: a caller from what a scope carries. Never what the caller may do with a row (`chat.access`)."""
