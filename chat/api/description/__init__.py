"""The OpenAPI description of the native API: data only, made from the types that the API itself uses."""

from chat.api.description.document import document

__all__ = ["document"]
