"""A report as a workbook that calculates: prices in one sheet drive every month of every statement.

Read first: `amounts.py` for what an amount is made of, `ledger.py` for how it
is read from a statement, `workings.py` for how it becomes a formula.
"""
