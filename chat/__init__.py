"""A self-hosted chat server in which a reply outlives its connections. See docs/architecture.md."""
