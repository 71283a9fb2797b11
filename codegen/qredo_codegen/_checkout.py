"""Where a checkout keeps its descriptions, its generated packages, and the records about them."""

from __future__ import annotations

from pathlib import Path

from .errors import GenerationError

__all__ = ["Checkout"]


_OTHER_NAMES = {"openapi.json", "openapi.yml", "swagger.json", "swagger.yaml", "swagger.yml"}
_BESIDE = {"adopted.json", "lock.json", "names.yaml", "overlay.yaml", "released.yaml", "waivers.yaml"}


class Checkout:
    """The files of a checkout by what they are for.

    Args:
        root: The top folder of the checkout.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def packages(self) -> list[str]:
        """Import names of all packages: the folders of `spec/` that hold a description."""
        return sorted(path.parent.name for path in (self.root / "spec").glob("*/openapi.yaml"))

    def refuse_unread(self) -> None:
        """Refuse a folder of `spec/` that is there for a package, and would be skipped as it has no openapi.yaml.

        Raises:
            GenerationError: There is one; each is named.
        """
        unread = []
        for folder in sorted(path for path in (self.root / "spec").glob("*") if path.is_dir()):
            names, where = {path.name for path in folder.iterdir()}, f"spec/{folder.name}"
            if "openapi.yaml" in names:
                continue
            if other := sorted(names & _OTHER_NAMES):
                unread.append(f"{where}/{other[0]} is not read: rename it to openapi.yaml (JSON is YAML too).")
            elif names & _BESIDE:
                unread.append(f"{where} has no openapi.yaml: put the description there, or remove the folder.")
        if unread:
            raise GenerationError("Something in spec/ is no package:", unread)

    def description(self, package: str) -> Path:
        """The description of a package.

        Raises:
            GenerationError: There is none of that name.
        """
        if package not in self.packages:
            raise GenerationError(
                f"There is no spec/{package}/openapi.yaml. Described are: {', '.join(self.packages)}."
            )
        return self.folder(package) / "openapi.yaml"

    def folder(self, package: str) -> Path:
        """The folder of a package's description and of what belongs to it."""
        return self.root / "spec" / package

    def names(self, package: str) -> Path:
        """The names that were given to what has none of its own, or shares it."""
        return self.folder(package) / "names.yaml"

    def output(self, package: str) -> Path:
        """The folder of a generated package."""
        return self.root / "generated" / package

    def lock(self, package: str) -> Path:
        """The record of what a package was made from."""
        return self.folder(package) / "lock.json"

    def released(self, package: str) -> Path:
        """The description as it was last released."""
        return self.folder(package) / "released.yaml"

    def waivers(self, package: str) -> Path:
        """The breaking changes since the last release that were accepted."""
        return self.folder(package) / "waivers.yaml"

    def overlay(self, package: str) -> Path:
        """What the vendor's own file needs."""
        return self.folder(package) / "overlay.yaml"

    def decisions(self, package: str) -> Path:
        """What `describe` decided about the vendor's file, and what a person must decide."""
        return self.folder(package) / "decisions.md"

    def adopted(self, package: str) -> Path:
        """The shape of the vendor's file as it was last adopted."""
        return self.folder(package) / "adopted.json"

    @property
    def changelog(self) -> Path:
        """The changelog of the project."""
        return self.root / "CHANGELOG.md"
