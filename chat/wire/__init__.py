"""Events to bytes, one file per form. Pure: no waiting, no HTTP, no Django."""
