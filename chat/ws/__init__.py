"""The WebSocket edge: parse, authorise, call the service, encode. See docs/websocket.md."""
