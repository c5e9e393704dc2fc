"""Tests of the app and of what it shows."""
