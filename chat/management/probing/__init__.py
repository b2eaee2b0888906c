"""What `manage.py chat_probe` does: a stream through each hop, and what it says of that hop. No Django."""
