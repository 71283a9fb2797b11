"""Find what in the responses of the service does not fit the description: reads only, and a report without values."""

__all__: list[str] = []
