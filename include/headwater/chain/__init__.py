"""The stages, one file each, in the order of the data. Plain functions without Airflow.

acquire → profile → train → promote → produce → validate → repair → release; retire clears up behind them.
rollback and recall are what a person may ask for; ``asking`` checks their words.
``house`` is what every stage is handed; ``identity`` gives things their ids. Nothing here knows of Airflow.
"""
