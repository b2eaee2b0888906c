"""The only way to fetch a row for somebody. Another user's row is "not found", and so is a hidden one."""
