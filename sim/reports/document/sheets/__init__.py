"""A report as a workbook that calculates: prices in one sheet drive every month of every statement.

Read first: `ledger.py` for what an amount is made of, `workings.py` for how it becomes a formula.
"""
