"""Markdown to blocks and to safe HTML. Pure: text in, values out; no request, database or event loop."""

from chat.render.blocks import Blocks, BlockSpan, needs_whole
from chat.render.markdown import render

__all__ = ["BlockSpan", "Blocks", "needs_whole", "render"]
