"""Where requests may go: environments, origins, base URLs."""

__all__: list[str] = []
