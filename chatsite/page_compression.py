"""Pages travel compressed; streams never do.

Django's middleware makes each piece of an async stream a gzip file of its own. Browsers read the first
one and drop the rest without a word: of a large download only the beginning would arrive.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
