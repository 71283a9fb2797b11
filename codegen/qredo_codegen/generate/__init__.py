"""From a description to the files of an import package."""
