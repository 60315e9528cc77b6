"""Rules between columns that every row keeps, though chance would have broken them.

**Evidence.** Each rule comes with the number of rows that would have broken it, had the columns nothing to do with each
other. A rule that few rows could have broken is no finding: 50 are asked for, so that columns of one row in twenty
of 1,000 are enough, and none of the thousands of pairs that are tried is found by chance.

Belongs here: one kind of rule a file; ``rule.py`` says what a rule is. Does not: keeping rules (the generators do).
"""
