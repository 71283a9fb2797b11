"""Where requests may go: environments, origins, base URLs."""
