"""Handlers of the Partner API 1.0.0: a fund sends, a party receives."""
