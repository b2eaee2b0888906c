"""The description of the API: data only, made from the types that the API itself uses.

To describe a call add an `Operation` to the file of its matter, and its fields' sentences to `texts`; a body
is a type of `chat.service.requests`, named in `schemas.BODIES`, and what is asked of its fields beyond
their types goes into `limits`. A status that all calls of a kind can have is added once, in `errors`; a
header of all answers once, in `headers.OF_ALL`. Scopes are read from the verbs (`scopes`). A frame of the
socket goes into `frames`. The page and the tests take all of it from there.
"""

from chat.api.description.document import document

__all__ = ["document"]
