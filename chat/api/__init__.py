"""The native API, under `/api/v1/`: parse, authorise, call the service, encode. An edge: no logic lives here.

No view needs a middleware, and none touches the ORM outside `in_database`: a stream holds no thread.
"""
