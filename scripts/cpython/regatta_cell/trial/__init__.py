"""Trials: one task of many comes to grief in a cell that may be lost (docs/PROTOCOL.md, "Trials").

ledger   what became of each task, in memory that no end of a process erases
fault    the workload: tasks that compute and wait, and what befalls one of them
models   how each model hands in the tasks, and what it says of each
trial    the cell's end: two attempts, each bounded
"""
