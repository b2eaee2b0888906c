"""What is counted, for Prometheus: once a request, a reply or a save, never once a token.

Knows neither rows nor callers: no label says who asked, or what. `chatsite.watching` shows it.
"""
