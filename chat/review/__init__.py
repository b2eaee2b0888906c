"""The review desk without its pages: what may be reviewed, finding, reading with a trace, judging."""
