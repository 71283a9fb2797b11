"""The commands of `qredo`, one module each."""
