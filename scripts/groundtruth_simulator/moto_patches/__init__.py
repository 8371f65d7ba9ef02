"""Gaps of moto 5.2.5 in other services, closed one patch a function.

Each patch first asks moto whether it still has the gap, and does nothing if it has not.
"""
