"""Fault histories: random work of several teams, with faults between groundctl and a simulated AWS.

    faults.py          the faults that a history can contain
    history.py         a history as a value: steps and faults, made from a seed
    world.py           plays the steps: folders with declarations, runs of groundctl, time
    proxy.py           between groundctl and the simulator: injects the faults
    serving.py         the proxy as an HTTP server
    turns.py           lets one request at a time pass, so that a race is the same in every run of a seed
    zygote.py          a process that has imported groundctl, and forks one child for each run
    processes.py       starts, signals and awaits these children
    simulated_time.py  the clock of these children: it moves only on request
    record.py          what the simulator knows: jobs, the clips sent to workers, what each run asked for
    words.py           what a run printed
    oracle.py          compares the words and the jobs with the record
    flaws.py           the command `apply` with a guard missing, to show that the oracle sees it
    report.py          a history that fails, as text
    campaign.py        many histories, their figures, and the shortest form of one that fails

`make chaos HISTORIES=1000 SEED=1` runs as many as asked; test_histories.py runs a fixed set.
"""
