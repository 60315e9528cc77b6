"""Great Expectations: the suite built from the spec, one custom expectation a file, the Data Docs page.

Belongs here: everything that knows Great Expectations. Does not: any statistic (those are in ``checks``), any
reading or writing of files. The public function is :func:`headwater.expectations.validate.validate`.
"""
