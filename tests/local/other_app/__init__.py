"""An app of its own for the tests of the local host."""
