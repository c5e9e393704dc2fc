"""Tests: unit, theory, invariants, app and browser, and the rules that every file keeps."""
