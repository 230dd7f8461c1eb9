"""Measurements anybody can repeat; none of them is a test."""
