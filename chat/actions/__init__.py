"""The only writers. Each is sync, one transaction, plain values in and out; status changes only by guarded update."""
