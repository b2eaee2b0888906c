"""The models' providers: which there are, and one completion of one of them. It keeps no text, no reply."""

from chat.upstream.call import Call, ModelInfo
from chat.upstream.upstream import Upstream

__all__ = ["Call", "ModelInfo", "Upstream"]
