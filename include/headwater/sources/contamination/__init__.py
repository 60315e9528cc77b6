"""The scan for rows that Headwater itself made, also those that came back unlabelled, without columns or rounded.

Belongs here: telling such rows from honest ones, and the proof that it is not chance. Does not: reading the source,
where fingerprints lie, what follows (the chain's).

| file         | holds                                                                          |
|--------------|--------------------------------------------------------------------------------|
| fingerprints | what is kept of a released row, and hashes of its cells                        |
| membership   | which hashes are among others; which rows an earlier snapshot had already      |
| cells        | rows as hashes of their cells, with columns left out or numbers rounded        |
| rounding     | grids that numbers may have been rounded to                                    |
| evidence     | is this more than chance, and which rows may be named                          |
| library      | the released rows: all of them in one pass, a part of them in memory           |
| hunt         | the state of a search, and settling one suspicion                              |
| rounded      | suspicions of rounding                                                         |
| choices      | which rows match without each choice of columns                                |
| left_out     | suspicions of lost columns                                                     |
| scan         | the whole search: unchanged rows, rounded ones, rows without one or two columns |
"""
