"""Serving the operations of the descriptions: routing, faults, responses, feeds."""
