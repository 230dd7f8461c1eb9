"""Tests of Azure on one machine."""
