"""Handlers of the Partner API 1.1.2: a wallet sends, a wallet receives."""
