"""Measures the budgets of docs/performance.md against floors, in one run on one machine. Not part of the package."""
