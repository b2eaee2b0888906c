"""The HTTP API as clients of OpenAI's know it, under `/v1/`."""
