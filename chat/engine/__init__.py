"""Live replies: a text that only grows, a task that reads the model, and any number of followers.

asyncio only: no Django, no HTTP, no provider. What it needs from outside comes as arguments (`ports`).
"""
