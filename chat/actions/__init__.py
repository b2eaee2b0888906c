"""The only writers. Each is sync, one transaction, plain values in and out.

A status changes only by an update that is guarded by the status and the epoch it had.
"""
