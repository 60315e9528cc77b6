"""The plugin's pages at the size of a large house: hundreds of datasets, a thousand nights each."""
